# must: a callback that trains the same model for a while
# magic: -q -o diagnosis --no-trials
#%% setup
told = []
#%% cell
class Inner(keras.callbacks.Callback):
    def on_train_batch_end(self, batch, logs=None):
        if batch == 1 and len(told) < 2:
            told.append(1)
            told.append(self.model.fit(x[:16], y[:16], batch_size=8, verbose=0).history["loss"])
model = keras.Sequential([keras.Input((8,)), layers.Dense(8, activation="relu"), layers.Dense(1, activation="sigmoid")])
model.compile("adam", "binary_crossentropy", metrics=["accuracy"])
history = model.fit(x, y, epochs=2, batch_size=4, verbose=0, shuffle=False, callbacks=[Inner()])
#%% after
outcome = [told, int(model.optimizer.iterations), history.history["loss"]]
