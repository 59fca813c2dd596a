# must: a run_functions_eagerly that the cell switches while it trains stays switched
#%% cell
model = keras.Sequential([keras.Input((8,)), layers.Dense(1, activation='sigmoid')])
model.compile('adam', 'binary_crossentropy')
class Turn(keras.callbacks.Callback):
    def on_train_begin(self, logs=None): tf.config.run_functions_eagerly(True)
history = model.fit(x, y, verbose=0, callbacks=[Turn()])
#%% after
outcome = tf.config.functions_run_eagerly()
