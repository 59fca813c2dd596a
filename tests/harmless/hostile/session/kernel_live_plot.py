# must: a live plot that clears the output at each epoch
# magic: --no-trials
# mode: kernel
#%% setup
from IPython.display import clear_output
#%% cell
class Draws(keras.callbacks.Callback):
    def on_epoch_end(self, epoch, logs=None):
        clear_output(wait=True)
        print("epoch", epoch)
model = keras.Sequential([keras.Input((8,)), layers.Dense(8, activation="relu"), layers.Dense(1, activation="sigmoid")])
model.compile("adam", "binary_crossentropy", metrics=["accuracy"])
history = model.fit(x, y, epochs=3, verbose=0, callbacks=[Draws()]);
