# must: a trial of a fix does not do again what building the model did to the user's things: a file that is written by a function kept in a list
# magic: -q -o diagnosis --budget 15
#%% setup
tools = [np.save]
np.save("made.npy", np.zeros(1))
#%% cell
def build():
    tools[0]("made.npy", np.append(np.load("made.npy"), 1.0))
    model = keras.Sequential([keras.Input((8,)), layers.Dense(8, activation="relu"), layers.Dense(1, activation="softmax")])
    model.compile("adam", "binary_crossentropy", metrics=["accuracy"])
    return model
model = build()
history = model.fit(x, y, epochs=3, batch_size=16, verbose=0)
#%% after
outcome = len(np.load("made.npy"))
