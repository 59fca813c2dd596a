# must: a training that a callback breaks off is begun again with the same data
#%% cell
class Breaks(keras.callbacks.Callback):
    def on_train_batch_end(self, batch, logs=None):
        if batch == 1:
            raise ValueError("enough")
data = tf.data.Dataset.from_tensor_slices((x, y)).shuffle(64, seed=2).batch(4)
model = keras.Sequential([keras.Input((8,)), layers.Dense(8, activation='relu'), layers.Dense(1, activation='sigmoid')])
model.compile('adam', 'binary_crossentropy')
try:
    model.fit(data, verbose=0, callbacks=[Breaks()])
except ValueError:
    pass
history = model.fit(data, epochs=2, verbose=0)
