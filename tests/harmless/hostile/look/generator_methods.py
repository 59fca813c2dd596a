# must: an iterator of the user's own is asked as often as without the magic
# magic: -q -o diagnosis --no-trials
#%% setup
told = []
#%% cell
class Batches:
    def __init__(self): self.n = 0
    def __iter__(self): told.append("iter"); return self
    def __next__(self):
        told.append(("next", self.n)); self.n += 1
        at = 16 * (self.n % 4)
        return x[at:at+16], y[at:at+16]
    def __len__(self): told.append("len"); return 4
    def __getattr__(self, name):
        told.append(name); raise AttributeError(name)
def batches():
    yield from Batches()
model = keras.Sequential([keras.Input((8,)), layers.Dense(8, activation="relu"), layers.Dense(1, activation="sigmoid")])
model.compile("adam", "binary_crossentropy", metrics=["accuracy"])
history = model.fit(batches(), steps_per_epoch=4, epochs=2, verbose=0)
#%% after
outcome = told
