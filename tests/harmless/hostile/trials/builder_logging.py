# must: a trial of a fix does not do again what building the model did to the user's things: a line in a log file
# magic: -q -o diagnosis --budget 15
#%% setup
import logging
handler = logging.FileHandler("log.txt")
logging.getLogger("mine").addHandler(handler)
logging.getLogger("mine").propagate = False
#%% cell
def build():
    logging.getLogger("mine").warning("built")
    model = keras.Sequential([keras.Input((8,)), layers.Dense(8, activation="relu"), layers.Dense(1, activation="softmax")])
    model.compile("adam", "binary_crossentropy", metrics=["accuracy"])
    return model
model = build()
history = model.fit(x, y, epochs=3, batch_size=16, verbose=0)
#%% after
outcome = open("log.txt").read().count("built")
