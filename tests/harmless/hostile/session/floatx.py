# must: keras.config.set_floatx('float64') stays, and the training is that of float64
# check: not m['report'][0]['faults'] and m['report'][0]['batches'] > 0
#%% setup
keras.config.set_floatx('float64')
#%% cell
model = keras.Sequential([keras.Input((8,)), layers.Dense(8, activation="relu"), layers.Dense(1, activation="softmax")])
model.compile("adam", "binary_crossentropy", metrics=["accuracy"])
history = model.fit(x, y, epochs=3, batch_size=16, verbose=0)
#%% after
outcome = [keras.config.floatx(), model.weights[0].dtype]
