# must: --json and --html with one name do not destroy each other silently
# magic: -q --no-trials --json page --html page
# only-magic: yes
# check: m['error'] is not None or len(m['files']) != 1
#%% cell
model = keras.Sequential([keras.Input((8,)), layers.Dense(8, activation="relu"), layers.Dense(1, activation="softmax")])
model.compile("adam", "binary_crossentropy", metrics=["accuracy"])
history = model.fit(x, y, epochs=3, batch_size=16, verbose=0)
