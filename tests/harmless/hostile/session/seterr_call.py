# must: the user's seterrcall is called as often as without the magic
# magic: -q -o diagnosis --budget 4
#%% setup
told = []
#%% cell
np.seterr(all="call"); np.seterrcall(lambda kind, flag: told.append(kind))
np.float32(1) / np.float32(0)
model = keras.Sequential([keras.Input((8,)), layers.Dense(8, activation="relu"), layers.Dense(1, activation="softmax")])
model.compile("adam", "binary_crossentropy", metrics=["accuracy"])
history = model.fit(x * 1e30, y, epochs=3, batch_size=16, verbose=0)
#%% after
np.seterr(all="warn"); np.seterrcall(None)
outcome = told
