# must: a head of 200,000 classes
# slower: 12
# limit: 150
#%% cell
model = keras.Sequential([keras.Input((8,)), layers.Dense(4), layers.Dense(200_000, activation="softmax")])
model.compile("adam", "sparse_categorical_crossentropy")
history = model.fit(x, y, epochs=1, verbose=0)
