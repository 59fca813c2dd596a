# must: an exception whose attributes raise comes out as it is
# fast: yes
#%% cell
model = keras.Sequential([keras.Input((8,)), layers.Dense(1, activation='sigmoid')])
model.compile('adam', 'binary_crossentropy')
class Odd(Exception):
    def __getattr__(self, name):
        if name[:2] == '__': raise AttributeError(name)
        raise RuntimeError('no ' + name)
    def __eq__(self, other):
        raise RuntimeError('eq')
    __hash__ = None
class Bad(keras.callbacks.Callback):
    def on_epoch_end(self, epoch, logs=None):
        raise Odd('odd')
history = model.fit(x, y, verbose=0, callbacks=[Bad()])
