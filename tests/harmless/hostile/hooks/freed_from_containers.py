# must: models that lists, tuples, dicts and objects of the cell hold are freed with these
# magic: -q -o diagnosis --no-trials
#%% setup
import gc, weakref, types
told = []
#%% cell
def made():
    model = keras.Sequential([keras.Input((8,)), layers.Dense(2, activation="relu"), layers.Dense(1, activation="sigmoid")])
    model.compile("adam", "binary_crossentropy")
    return model
listed, named, nested, held = [made()], {"one": made()}, ({"deep": [made(), 3]},), types.SimpleNamespace(model=made())
sizes, options = [8, 4], {"rate": 0.1}
for model in (listed[0], nested[0]["deep"][0]):
    model.fit(x, y, batch_size=16, verbose=0)
gone = [weakref.ref(one) for one in (listed[0], named["one"], nested[0]["deep"][0], held.model)]
del model
for name in ("listed", "named", "nested", "held"):
    del globals()[name]
    gc.collect()
    told.append([one() is None for one in gone])
last = made()
last.fit(x, y, batch_size=16, verbose=0)
#%% after
outcome = told
