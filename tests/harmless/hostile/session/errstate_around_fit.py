# must: np.errstate of the user around the fit
# magic: -q -o diagnosis --no-trials
# check: not m['report'][0]['faults']
#%% cell
with np.errstate(all="raise"):
    model = keras.Sequential([keras.Input((8,)), layers.Dense(8, activation="relu"), layers.Dense(1, activation="softmax")])
    model.compile("adam", "binary_crossentropy", metrics=["accuracy"])
    history = model.fit(x * 1e20, y, epochs=2, batch_size=16, verbose=0)
    settings = np.geterr()
#%% after
outcome = [settings, np.geterr()]
