# must: what a layer's call does happens as often as without the magic: a record of logging, to a file
# magic: -q -o diagnosis --no-trials
#%% setup
import logging
handler = logging.FileHandler("log.txt")
logging.getLogger("mine").addHandler(handler)
#%% cell
class Own(layers.Layer):
    def call(self, inputs):
        logging.getLogger("mine").warning("called")
        return inputs * 1.0
model = keras.Sequential([keras.Input((8,)), Own(), layers.Dense(8, activation="relu"), layers.Dense(1, activation="sigmoid")])
model.compile("adam", "binary_crossentropy", metrics=["accuracy"])
history = model.fit(x, y, epochs=2, batch_size=16, verbose=0)
#%% after
handler.flush(); outcome = len(open('log.txt').readlines())
