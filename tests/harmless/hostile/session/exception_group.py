# must: the traceback of an exception group is that of the plain cell
#%% setup
keras.config.disable_traceback_filtering()
#%% cell
model = keras.Sequential([keras.Input((8,)), layers.Dense(1, activation='sigmoid')])
model.compile('adam', 'binary_crossentropy')
class Bad(keras.callbacks.Callback):
    def on_epoch_end(self, epoch, logs=None):
        raise ExceptionGroup("several", [ValueError("one"), KeyError("two")])
history = model.fit(x, y, verbose=0, callbacks=[Bad()])
