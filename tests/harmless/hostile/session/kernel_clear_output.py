# must: a cell that clears its output at every epoch ends with the report on the screen
# fast: yes
# mode: kernel
# magic: --no-trials
# check: m['report_on_screen']
#%% setup
from IPython.display import clear_output
#%% cell
model = keras.Sequential([keras.Input((8,)), layers.Dense(1, activation='sigmoid')])
model.compile('adam', 'binary_crossentropy')
class Plot(keras.callbacks.Callback):
    def on_epoch_end(self, epoch, logs=None):
        clear_output(wait=True)
        print('epoch', epoch)
history = model.fit(x, y, epochs=3, verbose=0, callbacks=[Plot()])
#%% after
outcome = len(history.epoch)
