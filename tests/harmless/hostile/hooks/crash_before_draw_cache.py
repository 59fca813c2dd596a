# must: where the first step cannot be built, nothing is drawn from generators, and Python's random state is as without the magic
# magic: -q -o diagnosis --no-trials
#%% setup
import random
told = []
class Rows(keras.utils.PyDataset):
    def __len__(self): return 4
    def __getitem__(self, index):
        told.append(("item", index)); return x[16*index:16*index+16], y[16*index:16*index+16]
def generated():
    for n in range(4):
        told.append(("yield", n)); yield x[16*n:16*n+16], y[16*n:16*n+16]
def noted(a, b):
    told.append("map"); return a, b
def mapped():
    plain = tf.data.Dataset.from_tensor_slices((x, y))
    return plain.map(lambda a, b: tf.numpy_function(noted, (a, b), (tf.float32, tf.int64))).map(lambda a, b: (tf.ensure_shape(a, (8,)), tf.ensure_shape(b, ()))).batch(16)
def written():
    return tf.data.Dataset.from_tensor_slices((x, y)).batch(16).cache("cached")
#%% cell
def models():
    yield keras.Sequential([keras.Input((7,)), layers.Dense(1)]), "mse"
    yield keras.Sequential([layers.Conv2D(4, 3), layers.Dense(1)]), "mse"
    yield keras.Sequential([layers.Dense(3, activation="softmax")]), "categorical_crossentropy"
for data in (written,):
    for model, loss in models():
        try:
            model.compile("sgd", loss); model.fit(data(), verbose=0)
        except Exception as error:
            told.append([type(error).__name__, str(error)[:80]])
        told.append(random.random())
    told.append("--")
state = random.getstate()[1][:3]
#%% after
import os
outcome = [one if one != ("yield", 1) else one for one in told]
