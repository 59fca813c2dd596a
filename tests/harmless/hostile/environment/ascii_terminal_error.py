# must: a terminal that knows ASCII only shows the cell's own error
# env: PYTHONIOENCODING=ascii
# magic: --no-trials
# skip: printed
#%% cell
model = keras.Sequential([keras.Input((8,)), layers.Dense(8, activation="relu"), layers.Dense(1, activation="softmax")])
model.compile("adam", "binary_crossentropy", metrics=["accuracy"])
history = model.fit(x, y, epochs=3, batch_size=16, verbose=0)
raise ValueError('mine')
