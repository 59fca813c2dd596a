# must: ... also len, print, int, str, list, dict, min, max
# check: not m['report'][0]['faults']
#%% setup
model = keras.Sequential([keras.Input((8,)), layers.Dense(8, activation="relu"), layers.Dense(1, activation="softmax")])
model.compile("adam", "binary_crossentropy", metrics=["accuracy"])
#%% cell
len = print = int = str = list = dict = min = max = range = None
history = model.fit(x, y, epochs=2, verbose=0)
#%% after
del len, print, int, str, list, dict, min, max, range
