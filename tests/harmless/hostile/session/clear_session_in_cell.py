# must: a session that is cleared between two fits of a cell
# magic: -q -o diagnosis --no-trials
#%% setup
import warnings
warnings.resetwarnings()
names = []
#%% cell
warnings.warn("shown once", FutureWarning)
for n in range(2):
    keras.backend.clear_session()
    model = keras.Sequential([keras.Input((8,)), layers.Dense(1, activation="sigmoid")])
    model.compile("adam", "binary_crossentropy")
    model.fit(x, y, verbose=0)
    names.append([model.name, model.layers[0].name])
    warnings.warn("shown again", FutureWarning)
#%% after
outcome = names
