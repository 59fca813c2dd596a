# must: a KeyboardInterrupt that the cell catches and goes on from
# magic: -q -o diagnosis --no-trials
#%% cell
class Stops(keras.callbacks.Callback):
    def on_train_batch_end(self, batch, logs=None):
        if batch == 2: raise KeyboardInterrupt
model = keras.Sequential([keras.Input((8,)), layers.Dense(8, activation="relu"), layers.Dense(1, activation="sigmoid")])
model.compile("adam", "binary_crossentropy", metrics=["accuracy"])

try:
    model.fit(x, y, batch_size=8, verbose=0, callbacks=[Stops()])
except KeyboardInterrupt:
    told = int(model.optimizer.iterations)
history = model.fit(x, y, epochs=2, batch_size=16, verbose=0)
#%% after
outcome = [told, int(model.optimizer.iterations)]
