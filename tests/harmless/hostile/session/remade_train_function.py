# must: a callback that has the training step made anew in the middle of an epoch trains on the batches that it would
# fast: yes
#%% cell
class Again(keras.callbacks.Callback):
    def on_train_batch_end(self, batch, logs=None):
        if batch == 1: self.model.make_train_function(force=True)
model = keras.Sequential([keras.Input((8,)), layers.Dense(8, activation='relu'), layers.Dense(1, activation='sigmoid')])
model.compile('adam', 'binary_crossentropy')
history = model.fit(x, y, epochs=1, batch_size=4, verbose=0, shuffle=False, callbacks=[Again()])
#%% after
outcome = [w.numpy().tolist() for w in model.weights][1]
