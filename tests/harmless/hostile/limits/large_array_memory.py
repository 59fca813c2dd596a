# must: an array of 800 MB takes no more memory than 1.6 times that of the plain run, and not ten seconds more
# skip: outcome
# check: m['outcome'] < 1.6 * p['outcome']
# slower: 10
# limit: 200
#%% setup
import resource
large = np.zeros((200_000, 1000), 'float32'); large[:] = 1.5
target = np.zeros(200_000, 'float32')
#%% cell
model = keras.Sequential([keras.Input((1000,)), layers.Dense(1)])
model.compile("sgd", "mse")
class Stop(keras.callbacks.Callback):
    def on_train_batch_end(self, batch, logs=None):
        self.model.stop_training = batch >= 30
history = model.fit(large, target, verbose=0, callbacks=[Stop()], shuffle=False)
#%% after
outcome = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1000
