# must: a garbage collector that a callback switches off stays off
# skip: switches
#%% setup
import gc
#%% cell
model = keras.Sequential([keras.Input((8,)), layers.Dense(1, activation='sigmoid')])
model.compile('adam', 'binary_crossentropy')
class Off(keras.callbacks.Callback):
    def on_train_begin(self, logs=None): gc.disable()
history = model.fit(x, y, verbose=0, callbacks=[Off()])
#%% after
outcome = gc.isenabled(); gc.enable()
