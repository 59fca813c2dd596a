# must: the text of an exception that ends the cell is asked for as often as without the magic
# magic: -q -o diagnosis --no-trials
#%% setup
told = []
#%% cell
model = keras.Sequential([keras.Input((8,)), layers.Dense(8, activation="relu"), layers.Dense(1, activation="sigmoid")])
model.compile("adam", "binary_crossentropy", metrics=["accuracy"])

class Odd(Exception):
    def __str__(self): told.append("str"); return "odd"
    def __getattr__(self, name):
        if name.startswith("_"): raise AttributeError(name)
        told.append(name); raise AttributeError(name)
class Bad(keras.callbacks.Callback):
    def on_epoch_end(self, epoch, logs=None):
        raise Odd("odd")
model.fit(x, y, verbose=0, callbacks=[Bad()])
#%% after
outcome = told
