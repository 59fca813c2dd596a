# must: a callback that deep-copies, pickles and saves the model at every step gets its copies
# skip: files
#%% setup
import copy, pickle
copies = []
#%% cell
class Copies(keras.callbacks.Callback):
    def on_train_batch_end(self, batch, logs=None):
        if batch < 2:
            copies.append(copy.deepcopy(self.model)); pickle.dumps(self.model); self.model.save("m.keras")
model = keras.Sequential([keras.Input((8,)), layers.Dense(8, activation='relu'), layers.Dense(1, activation='sigmoid')])
model.compile('adam', 'binary_crossentropy')
history = model.fit(x, y, epochs=1, batch_size=16, verbose=0, callbacks=[Copies()])
#%% after
outcome = [float(c.weights[0].numpy().sum()) for c in copies]
