# must: a garbage collector that a layer switches off while it is called stays off
# skip: switches
#%% setup
import gc
#%% cell
class Own(layers.Layer):
    def call(self, inputs):
        gc.disable()
        return inputs * 1.0
model = keras.Sequential([keras.Input((8,)), Own(), layers.Dense(8, activation="relu"), layers.Dense(1, activation="sigmoid")])
model.compile("adam", "binary_crossentropy", metrics=["accuracy"])
history = model.fit(x, y, epochs=2, batch_size=16, verbose=0)
#%% after
outcome = gc.isenabled(); gc.enable()
