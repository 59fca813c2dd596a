# must: what a layer's call does happens as often as without the magic: bytes through a pipe of the system
# magic: -q -o diagnosis --no-trials
#%% setup
import os
outside, inside = os.pipe()
#%% cell
class Own(layers.Layer):
    def call(self, inputs):
        os.write(inside, b"a")
        return inputs * 1.0
model = keras.Sequential([keras.Input((8,)), Own(), layers.Dense(8, activation="relu"), layers.Dense(1, activation="sigmoid")])
model.compile("adam", "binary_crossentropy", metrics=["accuracy"])
history = model.fit(x, y, epochs=2, batch_size=16, verbose=0)
#%% after
os.close(inside)
outcome = len(os.read(outside, 10000))
