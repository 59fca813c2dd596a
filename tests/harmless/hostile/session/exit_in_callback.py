# must: SystemExit of a callback
# magic: -q -o diagnosis --no-trials
#%% cell
model = keras.Sequential([keras.Input((8,)), layers.Dense(8, activation="relu"), layers.Dense(1, activation="sigmoid")])
model.compile("adam", "binary_crossentropy", metrics=["accuracy"])

class Leaves(keras.callbacks.Callback):
    def on_epoch_end(self, epoch, logs=None):
        raise SystemExit("enough of it")
history = model.fit(x, y, epochs=3, verbose=0, callbacks=[Leaves()])
#%% after
outcome = int(model.optimizer.iterations)
