# must: -o with a word that is no free name is refused with a sentence before the cell runs
# magic: -q --no-trials -o x
# skip: printed error state
#%% setup
ran = []
#%% cell
ran.append(1)
model = keras.Sequential([keras.Input((8,)), layers.Dense(8, activation="relu"), layers.Dense(1, activation="softmax")])
model.compile("adam", "binary_crossentropy", metrics=["accuracy"])
history = model.fit(x, y, epochs=3, batch_size=16, verbose=0)
#%% after
outcome = [get_ipython().user_ns.get('not a name') is None, type(x).__name__]
