# must: a trial of a fix does not do again what building the model did to the user's things: the model in a cache of the user's is still the cell's
# magic: -q -o diagnosis --budget 15
#%% setup
cache = {}
#%% cell
def build():

    model = keras.Sequential([keras.Input((8,)), layers.Dense(8, activation="relu"), layers.Dense(1, activation="softmax")])
    model.compile("adam", "binary_crossentropy", metrics=["accuracy"])
    cache["model"] = model
    return model
model = build()
history = model.fit(x, y, epochs=3, batch_size=16, verbose=0)
#%% after
outcome = cache['model'] is model
