# must: a trial of a fix does not do again what building the model did to the user's things: a context manager that counts
# magic: -q -o diagnosis --budget 15
#%% setup
log = []
class Entered:
    def __enter__(self): log.append("in")
    def __exit__(self, *_): log.append("out")
entered = Entered()
#%% cell
def build():
    with entered: pass
    model = keras.Sequential([keras.Input((8,)), layers.Dense(8, activation="relu"), layers.Dense(1, activation="softmax")])
    model.compile("adam", "binary_crossentropy", metrics=["accuracy"])
    return model
model = build()
history = model.fit(x, y, epochs=3, batch_size=16, verbose=0)
#%% after
outcome = log
