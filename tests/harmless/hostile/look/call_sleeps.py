# must: what a layer's call does happens as often as without the magic: half a second of sleep, in the time that the look may take
# slower: 8
# magic: -q -o diagnosis --no-trials
#%% setup
import time
#%% cell
class Own(layers.Layer):
    def call(self, inputs):
        time.sleep(0.5)
        return inputs * 1.0
model = keras.Sequential([keras.Input((8,)), Own(), layers.Dense(8, activation="relu"), layers.Dense(1, activation="sigmoid")])
model.compile("adam", "binary_crossentropy", metrics=["accuracy"])
history = model.fit(x, y, epochs=2, batch_size=16, verbose=0)
