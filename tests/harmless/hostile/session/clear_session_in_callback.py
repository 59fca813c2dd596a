# must: a callback that calls clear_session
#%% cell
model = keras.Sequential([keras.Input((8,)), layers.Dense(1, activation='sigmoid')])
model.compile('adam', 'binary_crossentropy')
class Clear(keras.callbacks.Callback):
    def on_train_end(self, logs=None): keras.backend.clear_session(free_memory=False)
history = model.fit(x, y, verbose=0, callbacks=[Clear()])
name = layers.Dense(1).name
#%% after
outcome = name
