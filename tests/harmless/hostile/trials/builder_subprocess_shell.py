# must: a trial of a fix does not do again what building the model did to the user's things: a command of the shell
# magic: -q -o diagnosis --budget 15
#%% setup
import os
#%% cell
def build():
    os.system("echo built >> log.txt")
    model = keras.Sequential([keras.Input((8,)), layers.Dense(8, activation="relu"), layers.Dense(1, activation="softmax")])
    model.compile("adam", "binary_crossentropy", metrics=["accuracy"])
    return model
model = build()
history = model.fit(x, y, epochs=3, batch_size=16, verbose=0)
#%% after
outcome = open("log.txt").read().count("built")
