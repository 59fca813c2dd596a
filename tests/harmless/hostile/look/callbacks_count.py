# must: callbacks are called as often as without the magic
# magic: -q -o diagnosis --no-trials
#%% setup
asked = []
#%% cell
class Counts(keras.callbacks.Callback):
    def __getattribute__(self, name):
        if name.startswith("on_"): asked.append(name)
        return super().__getattribute__(name)
model = keras.Sequential([keras.Input((8,)), layers.Dense(1, activation="softmax")])
model.compile("adam", "binary_crossentropy")
history = model.fit(x, y, epochs=2, verbose=0, callbacks=[Counts()])
#%% after
outcome = asked
