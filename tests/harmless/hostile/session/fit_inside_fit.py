# must: a callback that trains another model beside
# check: not m['report'][0]['faults']
#%% cell
class Inner(keras.callbacks.Callback):
    def on_epoch_end(self, epoch, logs=None):
        other.fit(x, y, verbose=0, epochs=2)
model = keras.Sequential([keras.Input((8,)), layers.Dense(8, activation='relu'), layers.Dense(1, activation='sigmoid')])
model.compile('adam', 'binary_crossentropy')
other = keras.models.clone_model(model); other.compile('sgd', 'mse')
history = model.fit(x, y, epochs=3, batch_size=16, verbose=0, callbacks=[Inner()])
