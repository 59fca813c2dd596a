# must: a KeyboardInterrupt that the cell raises itself comes out as it is
#%% cell
model = keras.Sequential([keras.Input((8,)), layers.Dense(1, activation='sigmoid')])
model.compile('adam', 'binary_crossentropy')
class Bad(keras.callbacks.Callback):
    def on_epoch_end(self, epoch, logs=None):
        raise KeyboardInterrupt('mine')
history = model.fit(x, y, verbose=0, callbacks=[Bad()])
