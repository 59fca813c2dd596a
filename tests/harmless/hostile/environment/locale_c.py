# must: LANG=C, TERM=dumb, NO_COLOR
# env: LANG=C LC_ALL=C TERM=dumb NO_COLOR=1 PYTHONUTF8=0 PYTHONCOERCECLOCALE=0
# check: not m['report'][0]['faults']
# magic: -q -o diagnosis --budget 4 --html page.html --json page.json
# skip: files
#%% cell
model = keras.Sequential([keras.Input((8,)), layers.Dense(8, activation="relu"), layers.Dense(1, activation="softmax")])
model.compile("adam", "binary_crossentropy", metrics=["accuracy"])
history = model.fit(x, y, epochs=3, batch_size=16, verbose=0)
