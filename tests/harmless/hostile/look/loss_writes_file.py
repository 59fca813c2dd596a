# must: what a loss does happens as often as without the magic
# magic: -q -o diagnosis --no-trials
#%% cell
def loss(labels, predicted):
    open("log.txt", "a").write("x")
    return keras.losses.binary_crossentropy(labels, predicted)
model = keras.Sequential([keras.Input((8,)), layers.Dense(1, activation="sigmoid")])
model.compile("adam", loss)
history = model.fit(x, y[:, None], epochs=2, verbose=0)
