# must: of three models that a cell trains and deletes, none stays
# magic: -q -o diagnosis --no-trials
#%% setup
import gc, weakref
#%% cell
gone = []
for n in range(3):
    model = keras.Sequential([keras.Input((8,)), layers.Dense(4 + n), layers.Dense(1)])
    model.compile("adam", "mse")
    model.fit(x, y, verbose=0)
    gone.append(weakref.ref(model))
    del model
    gc.collect()
left = [one() is not None for one in gone]
#%% after
outcome = left
