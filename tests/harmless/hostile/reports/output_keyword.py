# must: -o with what is no name is refused before the cell runs
# magic: -q --no-trials -o 1-x
# skip: printed error state
#%% setup
ran = []
#%% cell
ran.append(1)
model = keras.Sequential([keras.Input((8,)), layers.Dense(8, activation="relu"), layers.Dense(1, activation="sigmoid")])
model.compile("adam", "binary_crossentropy", metrics=["accuracy"])
history = model.fit(x, y, epochs=2, batch_size=16, verbose=0)
#%% after
outcome = sorted(one for one in get_ipython().user_ns if "-" in one)
