# must: what a layer's __del__ does happens for no layer but those that the cell made
# magic: -q -o diagnosis --no-trials
#%% setup
gone = []
#%% cell
class Own(layers.Layer):
    def call(self, inputs):
        return inputs
    def __del__(self):
        gone.append(self.name)
model = keras.Sequential([keras.Input((8,)), Own(), layers.Dense(1, activation="softmax")])
model.compile("adam", "binary_crossentropy")
history = model.fit(x, y, epochs=2, verbose=0)
#%% after
import gc; gc.collect(); outcome = gone
