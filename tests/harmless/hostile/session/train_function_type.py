# must: a callback sees the traced step that Keras made
# fast: yes
#%% setup
told = []
#%% cell
class Asks(keras.callbacks.Callback):
    def on_train_batch_begin(self, batch, logs=None):
        told.append(type(self.model.train_function).__name__)
model = keras.Sequential([keras.Input((8,)), layers.Dense(8, activation='relu'), layers.Dense(1, activation='sigmoid')])
model.compile('adam', 'binary_crossentropy')
history = model.fit(x, y, epochs=1, batch_size=16, verbose=0, callbacks=[Asks()])
#%% after
outcome = told
