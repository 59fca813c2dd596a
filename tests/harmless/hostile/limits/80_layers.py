# must: a model of 80 layers
# slower: 40
# limit: 240
#%% cell
model = keras.Sequential([keras.Input((8,)), *[layers.Dense(8, activation="relu") for _ in range(80)], layers.Dense(1, activation="sigmoid")])
model.compile("adam", "binary_crossentropy")
history = model.fit(x, y, epochs=1, verbose=0)
