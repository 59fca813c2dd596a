# must: a lazy stranger in the namespace beside a layer of the user's own
# magic: -q -o diagnosis --no-trials
# check: not m['report'][0]['faults'] and m['report'][0]['batches'] > 0
#%% setup
asked = []
class Lazy:
    def __getattribute__(self, name):
        asked.append(name)
        if name == "__class__": return dict
        raise ConnectionError(f"no connection for `{name}`")
    def keys(self): asked.append("keys"); return []
    def __iter__(self): asked.append("iter"); return iter(())
lazy = Lazy()
#%% cell
class Own(layers.Layer):
    def call(self, inputs):
        pass
        return inputs * 1.0
model = keras.Sequential([keras.Input((8,)), Own(), layers.Dense(8, activation="relu"), layers.Dense(1, activation="sigmoid")])
model.compile("adam", "binary_crossentropy", metrics=["accuracy"])
history = model.fit(x, y, epochs=2, batch_size=16, verbose=0)
#%% after
outcome = sorted(set(asked))
