# must: a callback that evaluates and predicts at the first steps
#%% setup
told = []
#%% cell
class Looks(keras.callbacks.Callback):
    def on_train_batch_end(self, batch, logs=None):
        told.append(float(self.model.evaluate(x, y, verbose=0))); told.append(float(self.model.predict(x[:4], verbose=0).sum()))
model = keras.Sequential([keras.Input((8,)), layers.Dense(8, activation='relu'), layers.Dense(1, activation='sigmoid')])
model.compile('adam', 'binary_crossentropy')
history = model.fit(x, y, epochs=1, batch_size=16, verbose=0, callbacks=[Looks()])
#%% after
outcome = told
