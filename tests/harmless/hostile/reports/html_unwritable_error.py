# must: a page that cannot be written replaces no error of training
# magic: -q --no-trials --html /proc/page.html
# skip: printed
#%% cell
model = keras.Sequential([keras.Input((8,)), layers.Dense(8, activation="relu"), layers.Dense(1, activation="sigmoid")])
model.compile("adam", "binary_crossentropy", metrics=["accuracy"])
model.fit(x, y[:5], verbose=0)
