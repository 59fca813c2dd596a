# must: models that are trained by `train_on_batch`, deleted, and followed by others in their place
# magic: -q -o diagnosis --no-trials
#%% setup
import gc, weakref
told = []
#%% cell
gone = []
for k in range(6):
    model = keras.Sequential([keras.Input((8,)), layers.Dense(2 + k, activation="relu"), layers.Dense(1, activation="sigmoid")])
    model.compile("adam", "binary_crossentropy", metrics=["accuracy"])
    for n in range(3):
        told.append([float(one) for one in model.train_on_batch(x[16*n:16*n+16], y[16*n:16*n+16])])
    told.append([float(one) for one in model.test_on_batch(x, y)])
    gone.append(weakref.ref(model))
    del model
    gc.collect()
    told.append(gone[-1]() is None)
#%% after
outcome = told
