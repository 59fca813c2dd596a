# must: every method of a PyDataset is called as often as without the magic
# magic: -q -o diagnosis --no-trials
#%% setup
told = []
#%% cell
class Rows(keras.utils.PyDataset):
    def __len__(self): told.append("len"); return 4
    def __getitem__(self, index): told.append(("item", index)); return x[16*index:16*index+16], y[16*index:16*index+16]
    def on_epoch_begin(self): told.append("begin")
    def on_epoch_end(self): told.append("end")
    @property
    def num_batches(self): told.append("batches"); return 4
    def __iter__(self): told.append("iter"); return super().__iter__()
    def __eq__(self, other): told.append("eq"); return self is other
    def __hash__(self): told.append("hash"); return 5
    def __bool__(self): told.append("bool"); return True
rows = Rows()
model = keras.Sequential([keras.Input((8,)), layers.Dense(8, activation="relu"), layers.Dense(1, activation="sigmoid")])
model.compile("adam", "binary_crossentropy", metrics=["accuracy"])
history = model.fit(rows, epochs=2, verbose=0, validation_data=Rows())
#%% after
import collections
outcome = sorted(collections.Counter(map(str, told)).items())
