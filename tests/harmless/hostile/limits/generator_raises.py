# must: a generator that raises at its third batch
# magic: -q -o diagnosis --no-trials
#%% setup
told = []
#%% cell
def batches():
    try:
        for n in range(8):
            told.append(n)
            if n == 2: raise KeyError("no such row")
            yield x[8*n:8*n+8], y[8*n:8*n+8]
    finally:
        told.append("closed")
model = keras.Sequential([keras.Input((8,)), layers.Dense(8, activation="relu"), layers.Dense(1, activation="sigmoid")])
model.compile("adam", "binary_crossentropy", metrics=["accuracy"])
try:
    model.fit(batches(), epochs=2, verbose=0)
except Exception as error:
    told.append([type(error).__name__, str(error)[:60]])
#%% after
outcome = [told, int(model.optimizer.iterations)]
