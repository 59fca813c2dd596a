# must: epochs of 10**30 and a batch size of 10**12 with a callback that stops
# check: not m['report'][0]['faults']
#%% cell
class Stop(keras.callbacks.Callback):
    def on_train_batch_end(self, batch, logs=None):
        self.model.stop_training = True
model = keras.Sequential([keras.Input((8,)), layers.Dense(8, activation="relu"), layers.Dense(1, activation="softmax")])
model.compile("adam", "binary_crossentropy", metrics=["accuracy"])
history = model.fit(x, y, epochs=10**30, batch_size=10**12, callbacks=[Stop()], verbose=0)
