# must: a terminal with Windows's code page costs no cell
# env: PYTHONIOENCODING=cp1252
# magic:
# skip: printed
#%% cell
model = keras.Sequential([keras.Input((8,)), layers.Dense(8, activation="relu"), layers.Dense(1, activation="softmax")])
model.compile("adam", "binary_crossentropy", metrics=["accuracy"])
history = model.fit(x, y, epochs=3, batch_size=16, verbose=0)
last = 5
#%% after
outcome = last
