# must: a callback that sets a training step of the user's own in mid-epoch
# magic: -q -o diagnosis --no-trials
#%% setup
told = []
#%% cell
class Own(keras.callbacks.Callback):
    def on_train_batch_end(self, batch, logs=None):
        if batch == 2 and not told:
            before = self.model.train_function
            def counted(iterator):
                told.append(len(told)); return before(iterator)
            self.model.train_function = counted
model = keras.Sequential([keras.Input((8,)), layers.Dense(8, activation="relu"), layers.Dense(1, activation="sigmoid")])
model.compile("adam", "binary_crossentropy", metrics=["accuracy"])
history = model.fit(x, y, epochs=2, batch_size=4, verbose=0, shuffle=False, callbacks=[Own()])
#%% after
outcome = [told, model.train_function.__name__]
