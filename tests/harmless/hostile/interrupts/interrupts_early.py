# must: the same in the first second and a half: look and first steps
# mode: interrupts
# magic: --budget 4 --no-trials
# times: 20
# seed: 2
# limit: 400
# skip: files
# check: len(m['bad']) <= len(p['bad'])
# check: len(m['rounds']) == 20
#%% cell
keras.utils.set_random_seed(1)
model = keras.Sequential([keras.Input((8,)), layers.Dense(8, activation="relu"), layers.Dense(1, activation="softmax")])
model.compile("adam", "binary_crossentropy")
history = model.fit(x, y, epochs=20, batch_size=8, verbose=0)
