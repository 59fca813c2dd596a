# must: a BaseException of the user's comes out as it is
#%% cell
model = keras.Sequential([keras.Input((8,)), layers.Dense(1, activation='sigmoid')])
model.compile('adam', 'binary_crossentropy')
class Stop(BaseException): pass
class Bad(keras.callbacks.Callback):
    def on_epoch_end(self, epoch, logs=None):
        raise Stop('mine')
history = model.fit(x, y, verbose=0, callbacks=[Bad()])
