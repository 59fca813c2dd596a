# must: an interrupt at any moment leaves no patch, no switch, a usable model, and the next error is shown
# mode: interrupts
# magic: --budget 4
# times: 20
# limit: 400
# skip: files
# check: len(m['bad']) <= len(p['bad'])
# check: len(m['rounds']) == 20
#%% cell
keras.utils.set_random_seed(1)
model = keras.Sequential([keras.Input((8,)), layers.Dense(8, activation="relu"), layers.Dense(1, activation="softmax")])
model.compile("adam", "binary_crossentropy")
history = model.fit(x, y, epochs=4, batch_size=8, verbose=0)
