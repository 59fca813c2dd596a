# must: an exception whose text is a property that raises
# magic: -q -o diagnosis --no-trials
#%% setup
told = []
#%% cell
model = keras.Sequential([keras.Input((8,)), layers.Dense(8, activation="relu"), layers.Dense(1, activation="sigmoid")])
model.compile("adam", "binary_crossentropy", metrics=["accuracy"])

class Odd(Exception):
    @property
    def message(self): told.append("message"); raise RuntimeError("no message")
    @property
    def __notes__(self): told.append("notes"); return []
    def __str__(self): told.append("str"); return "odd"
    def __repr__(self): told.append("repr"); return "Odd()"
class Bad(keras.callbacks.Callback):
    def on_epoch_end(self, epoch, logs=None):
        raise Odd("odd")
try:
    model.fit(x, y, verbose=0, callbacks=[Bad()])
except Odd:
    caught = list(told)
#%% after
outcome = [caught, told]
