# must: the same where fixes are tried
# magic: -q -o diagnosis --budget 15
#%% setup
asked = []
class Lazy:
    def __getattr__(self, name):
        asked.append(name)
        if name.startswith("__"): raise AttributeError(name)
        return self
    @property
    def __class__(self):
        asked.append("class"); return dict
    def __len__(self): asked.append("len"); return 0
    def __bool__(self): asked.append("bool"); return True
    def __eq__(self, other): asked.append("eq"); return True
    def __hash__(self): asked.append("hash"); return 1
    def __repr__(self): asked.append("repr"); return "lazy"
    def __iter__(self): asked.append("iter"); return iter(())
lazy = Lazy()
#%% cell
model = keras.Sequential([keras.Input((8,)), layers.Dense(8, activation="relu"), layers.Dense(1, activation="softmax")])
model.compile("adam", "binary_crossentropy", metrics=["accuracy"])
history = model.fit(x, y, epochs=3, batch_size=16, verbose=0)
#%% after
import collections; outcome = dict(collections.Counter(asked))
