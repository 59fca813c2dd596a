# must: a training inside of exec
#%% setup
text = 'model = keras.Sequential([keras.Input((8,)), layers.Dense(8, activation="relu"), layers.Dense(1, activation="softmax")])\nmodel.compile("adam", "binary_crossentropy", metrics=["accuracy"])\nhistory = model.fit(x, y, epochs=3, batch_size=16, verbose=0)\n'
#%% cell
exec(text)
