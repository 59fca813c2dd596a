# must: a generator that sleeps is not slower
# slower: 7
#%% setup
import time
#%% cell
def batches():
    for n in range(12):
        time.sleep(0.25); yield x[:16], y[:16, None]
model = keras.Sequential([keras.Input((8,)), layers.Dense(1)])
model.compile("sgd", "mse")
history = model.fit(batches(), epochs=1, verbose=0)
