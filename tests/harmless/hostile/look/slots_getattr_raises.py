# must: an object of a library-like class whose __getattr__ raises an error of its own does not hinder the look of a model with own layers
# fast: yes
# check: not m['report'][0]['faults'] and m['report'][0]['batches'] > 0
# magic: -q -o diagnosis --no-trials
#%% setup
class Remote:
    __slots__ = ()
    def __getattr__(self, name):
        raise ConnectionError("no connection for " + name)
seen, remote = [], Remote()
#%% cell
class Own(layers.Layer):
    def call(self, inputs):
        seen.append(1)
        return inputs * 1.0
model = keras.Sequential([keras.Input((8,)), Own(), layers.Dense(8, activation="relu"), layers.Dense(1, activation="sigmoid")])
model.compile("adam", "binary_crossentropy", metrics=["accuracy"])
history = model.fit(x, y, epochs=2, batch_size=16, verbose=0)
#%% after
outcome = len(seen)
