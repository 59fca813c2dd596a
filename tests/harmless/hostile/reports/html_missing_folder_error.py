# must: a report that cannot be written replaces no error of the cell
# magic: -q --no-trials --html nowhere/page.html
# skip: printed
#%% cell
model = keras.Sequential([keras.Input((8,)), layers.Dense(8, activation="relu"), layers.Dense(1, activation="sigmoid")])
model.compile("adam", "binary_crossentropy", metrics=["accuracy"])
raise LookupError("mine")
