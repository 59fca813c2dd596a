# must: a trial of a fix does not do again what building the model did to the user's things: a key of sorted that counts
# magic: -q -o diagnosis --budget 15
#%% setup
log = []
#%% cell
def build():
    sorted([3, 1, 2], key=lambda n: log.append(n) or n)
    model = keras.Sequential([keras.Input((8,)), layers.Dense(8, activation="relu"), layers.Dense(1, activation="softmax")])
    model.compile("adam", "binary_crossentropy", metrics=["accuracy"])
    return model
model = build()
history = model.fit(x, y, epochs=3, batch_size=16, verbose=0)
#%% after
outcome = log
