# must: an endless generator that a callback stops is drawn from no further
#%% setup
drawn = []
#%% cell
class Stop(keras.callbacks.Callback):
    def on_train_batch_end(self, batch, logs=None):
        self.model.stop_training = batch >= 2
def batches():
    while True:
        drawn.append(1); yield x[:16], y[:16, None]
source = batches()
model = keras.Sequential([keras.Input((8,)), layers.Dense(1)])
model.compile("sgd", "mse", run_eagerly=True)
history = model.fit(source, epochs=1, steps_per_epoch=100, verbose=0, callbacks=[Stop()])
#%% after
outcome = len(drawn) > 0
