# must: an object in the namespace whose every method raises changes nothing, and the look is made all the same
# check: not m['report'][0]['faults'] and m['report'][0]['batches'] > 0
# magic: -q -o diagnosis --no-trials
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
hostile, model_list = Hostile(), [Hostile(), {'a': Hostile()}]
#%% cell
model = keras.Sequential([keras.Input((8,)), layers.Dense(8, activation="relu"), layers.Dense(1, activation="sigmoid")])
model.compile("adam", "binary_crossentropy", metrics=["accuracy"])
history = model.fit(x, y, epochs=2, batch_size=16, verbose=0)
