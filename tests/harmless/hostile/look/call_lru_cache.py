# must: what a layer's call does happens as often as without the magic: a cache of functools
# magic: -q -o diagnosis --no-trials
#%% setup
import functools
asked = []
@functools.lru_cache
def known(n): return n
#%% cell
class Own(layers.Layer):
    def call(self, inputs):
        known(len(asked)); asked.append(1)
        return inputs * 1.0
model = keras.Sequential([keras.Input((8,)), Own(), layers.Dense(8, activation="relu"), layers.Dense(1, activation="sigmoid")])
model.compile("adam", "binary_crossentropy", metrics=["accuracy"])
history = model.fit(x, y, epochs=2, batch_size=16, verbose=0)
#%% after
outcome = [len(asked), list(known.cache_info())]
