# must: a trial does not call a loss of the user's own that counts
# magic: -q -o diagnosis --budget 15
#%% setup
counted = []
#%% cell
def loss(truth, out):
    counted.append(1)
    return keras.ops.mean(keras.ops.square(keras.ops.cast(truth, "float32")[:, None] - out))
model = keras.Sequential([keras.Input((8,)), layers.Dense(8, activation="relu"), layers.Dense(1, activation="softmax")])
model.compile("adam", loss, metrics=["accuracy"])
history = model.fit(x, y, epochs=3, batch_size=16, verbose=0)
#%% after
outcome = len(counted)
