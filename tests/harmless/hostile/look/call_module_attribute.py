# must: what a layer's call does happens as often as without the magic: an attribute of a module of the user's
# magic: -q -o diagnosis --no-trials
#%% setup
import sys
open('mine.py', 'w').write('calls = 0\n')
sys.path.insert(0, '.')
import mine
#%% cell
class Own(layers.Layer):
    def call(self, inputs):
        mine.calls += 1
        return inputs * 1.0
model = keras.Sequential([keras.Input((8,)), Own(), layers.Dense(8, activation="relu"), layers.Dense(1, activation="sigmoid")])
model.compile("adam", "binary_crossentropy", metrics=["accuracy"])
history = model.fit(x, y, epochs=2, batch_size=16, verbose=0)
#%% after
outcome = mine.calls; sys.path.remove('.')
