# must: rows in an array class of the user's own that counts what is taken of it
# magic: -q -o diagnosis --no-trials
#%% setup
told = []
class Counting(np.ndarray):
    def __getitem__(self, key): told.append("item"); return super().__getitem__(key)
    def mean(self, *a, **k): told.append("mean"); return super().mean(*a, **k)
    def astype(self, *a, **k): told.append("astype"); return super().astype(*a, **k)
    def __array_finalize__(self, one): told.append("made")
mine = x.view(Counting)
#%% cell
model = keras.Sequential([keras.Input((8,)), layers.Dense(8, activation="relu"), layers.Dense(1, activation="sigmoid")])
model.compile("adam", "binary_crossentropy", metrics=["accuracy"])
history = model.fit(mine, y, epochs=2, batch_size=16, verbose=0)
#%% after
outcome = told
