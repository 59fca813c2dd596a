# must: an array-like object of the user's own is turned into an array as often as without the magic
# fast: yes
# magic: -q -o diagnosis --no-trials
#%% setup
told = []
class Lazy:
    def __init__(self, values, name): self.values, self.name = values, name
    shape = property(lambda self: told.append((self.name, "shape")) or self.values.shape)
    dtype = property(lambda self: told.append((self.name, "dtype")) or self.values.dtype)
    def __array__(self, *args, **kwargs):
        told.append((self.name, "array")); return self.values
    def numpy(self):
        told.append((self.name, "numpy")); return self.values
    def to_numpy(self):
        told.append((self.name, "to_numpy")); return self.values
    def __len__(self):
        told.append((self.name, "len")); return len(self.values)
    def __getitem__(self, key):
        told.append((self.name, "item")); return self.values[key]
#%% cell
model = keras.Sequential([keras.Input((8,)), layers.Dense(1, activation="sigmoid")])
model.compile("adam", "binary_crossentropy", metrics=["accuracy"])
history = model.fit(Lazy(x, "x"), Lazy(y, "y"), batch_size=16, epochs=2, verbose=0, validation_data=(Lazy(x, "vx"), Lazy(y, "vy")))
model.fit(Lazy(x, "x"), y, batch_size=16, verbose=0, validation_split=0.25, sample_weight=Lazy(np.ones(64), "w"))
guess = model.predict(Lazy(x, "px"), verbose=0)
judged = model.evaluate(Lazy(x, "ex"), Lazy(y, "ey"), verbose=0)
weights = Lazy(x, "never used")
#%% after
outcome = told
