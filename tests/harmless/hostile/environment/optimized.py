# must: python -OO (no assertions, no docstrings)
# python: -OO
# check: not m['report'][0]['faults'] and m['report'][0]['rules']
#%% cell
model = keras.Sequential([keras.Input((8,)), layers.Dense(8, activation="relu"), layers.Dense(1, activation="softmax")])
model.compile("adam", "binary_crossentropy", metrics=["accuracy"])
history = model.fit(x, y, epochs=3, batch_size=16, verbose=0)
