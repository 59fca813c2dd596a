# must: a class of the user's own under pandas' tables is asked as often as without the magic
# magic: -q -o diagnosis --no-trials
#%% setup
import pandas as pd
told = []
class Table(pd.DataFrame):
    @property
    def _constructor(self):
        told.append("made"); return Table
    def to_numpy(self, *args, **kwargs):
        told.append("to_numpy"); return super().to_numpy(*args, **kwargs)
    def __getitem__(self, key):
        told.append("item"); return super().__getitem__(key)
    def astype(self, *args, **kwargs):
        told.append("astype"); return super().astype(*args, **kwargs)
table = Table(x, columns=list("abcdefgh"))
mixed = Table({"a": x[:, 0], "b": y})
told.clear()
#%% cell
model = keras.Sequential([keras.Input((8,)), layers.Dense(1, activation="sigmoid")])
model.compile("adam", "binary_crossentropy", metrics=["accuracy"])
history = model.fit(table, y, batch_size=16, epochs=2, verbose=0, validation_data=(table, y))
guess = model.predict(table, verbose=0)
#%% after
outcome = told
