# must: a patch of `Model.predict` and `Model.evaluate` inside of the cell, and a class that has its own, are called as often as without the magic
# magic: -q -o diagnosis --no-trials
#%% setup
told = []
#%% cell
kept = keras.Model.predict, keras.Model.evaluate
def counted(name, original):
    def calling(self, *args, **kwargs):
        told.append((name, len(args), sorted(kwargs))); return original(self, *args, **kwargs)
    return calling
keras.Model.predict, keras.Model.evaluate = counted("predict", kept[0]), counted("evaluate", kept[1])
class Own(keras.Sequential):
    def predict(self, x, **kwargs):
        told.append("own"); return super().predict(x, **kwargs)
class Rows(keras.utils.PyDataset):
    def __len__(self): return 4
    def __getitem__(self, index):
        told.append(index); return x[16*index:16*index+16], y[16*index:16*index+16]
model = Own([keras.Input((8,)), layers.Dense(1, activation="sigmoid")])
model.compile("adam", "binary_crossentropy", metrics=["accuracy"])
def batches():
    for n in range(4):
        told.append(("given", n)); yield x[16*n:16*n+16], y[16*n:16*n+16]
history = model.fit(x, y, verbose=0)
out = [float(model.predict(one, verbose=0).sum()) for one in (x, Rows(), tf.constant(x), tf.data.Dataset.from_tensor_slices(x).batch(16))]
out += [float(model.predict(batches(), steps=2, verbose=0).sum()), *map(float, model.evaluate(batches(), steps=3, verbose=0))]
rest = batches(); next(rest); out.append(float(model.predict(rest, verbose=0).sum()))
keras.Model.predict, keras.Model.evaluate = kept
#%% after
outcome = [told, out]
