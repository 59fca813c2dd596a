# must: a trial of a fix does not do again what building the model did to the user's things: a __format__ that counts
# magic: -q -o diagnosis --budget 15
#%% setup
log = []
class Counting:
    def __format__(self, spec): log.append(1); return "counted"
counting = Counting()
#%% cell
def build():
    f"{counting}"
    model = keras.Sequential([keras.Input((8,)), layers.Dense(8, activation="relu"), layers.Dense(1, activation="softmax")])
    model.compile("adam", "binary_crossentropy", metrics=["accuracy"])
    return model
model = build()
history = model.fit(x, y, epochs=3, batch_size=16, verbose=0)
#%% after
outcome = log
