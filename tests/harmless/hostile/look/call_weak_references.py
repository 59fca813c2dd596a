# must: what a layer's call does happens as often as without the magic: an entry of a weak dictionary
# magic: -q -o diagnosis --no-trials
#%% setup
import weakref
seen, counted = weakref.WeakKeyDictionary(), []
class Key: pass
#%% cell
class Own(layers.Layer):
    def call(self, inputs):
        seen[Key()] = 1; counted.append(len(seen))
        return inputs * 1.0
model = keras.Sequential([keras.Input((8,)), Own(), layers.Dense(8, activation="relu"), layers.Dense(1, activation="sigmoid")])
model.compile("adam", "binary_crossentropy", metrics=["accuracy"])
history = model.fit(x, y, epochs=2, batch_size=16, verbose=0)
#%% after
outcome = [len(counted), len(seen)]
