# must: the same where fixes are tried
# check: not m['report'][0]['faults'] and {'helps', 'undecided'} & set(m['report'][0]['trials'])
# magic: -q -o diagnosis --budget 60
# slower: 90
# limit: 240
#%% setup
class Hostile:
    def __getattr__(self, name): raise RuntimeError("do not look: " + name)
    def __repr__(self): raise RuntimeError("repr")
    __str__ = __repr__
    def __len__(self): raise RuntimeError("len")
    def __eq__(self, other): raise RuntimeError("eq")
    def __bool__(self): raise RuntimeError("bool")
    def __hash__(self): raise RuntimeError("hash")
    def __iter__(self): raise RuntimeError("iter")
    def __array__(self, *a, **k): raise RuntimeError("array")
    def __del__(self): pass
#%% cell
hostile = Hostile()
model = keras.Sequential([keras.Input((8,)), layers.Dense(8, activation="relu"), layers.Dense(1, activation="softmax")])
model.compile("adam", "binary_crossentropy", metrics=["accuracy"])
history = model.fit(x, y, epochs=3, batch_size=16, verbose=0)
