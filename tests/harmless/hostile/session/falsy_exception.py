# must: an exception that is false comes out as it is
#%% cell
model = keras.Sequential([keras.Input((8,)), layers.Dense(1, activation='sigmoid')])
model.compile('adam', 'binary_crossentropy')
class Odd(Exception):
    def __bool__(self): return False
    def __len__(self): return 0
class Bad(keras.callbacks.Callback):
    def on_epoch_end(self, epoch, logs=None):
        raise Odd('odd')
history = model.fit(x, y, verbose=0, callbacks=[Bad()])
