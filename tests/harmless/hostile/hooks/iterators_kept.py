# must: iterators outlive the cell and their datasets, and datasets go when the cell deletes them
# magic: -q -o diagnosis --no-trials
#%% setup
import gc, weakref, threading
told = []
#%% cell
data = tf.data.Dataset.from_tensor_slices((x, y)).shuffle(64).batch(16)
left = iter(data); first = float(tf.reduce_sum(next(left)[0]))
gone = weakref.ref(data)
def some(source):
    for one in source:
        yield float(tf.reduce_sum(one[0]))
begun = some(data.repeat())
told.append(next(begun))
model = keras.Sequential([keras.Input((8,)), layers.Dense(1, activation="sigmoid")])
model.compile("adam", "binary_crossentropy")
history = model.fit(data, epochs=1, verbose=0)
begun.close()
beside = []
def elsewhere():
    for one, _ in tf.data.Dataset.from_tensor_slices((x, y)).batch(32):
        beside.append(float(tf.reduce_sum(one)))
worker = threading.Thread(target=elsewhere); worker.start(); worker.join()
@tf.function
def summed():
    total = 0.0
    for a, b in tf.data.Dataset.from_tensor_slices((x, y)).batch(16):
        total += tf.reduce_sum(a)
    return total
told += [float(summed()), float(summed()), summed.experimental_get_tracing_count()]
numbers = [float(tf.reduce_sum(a)) for a, _ in data]
del data
gc.collect()
freed = gone() is None
#%% after
rest = [float(tf.reduce_sum(a)) for a, _ in left]
outcome = [told, first, rest, beside, numbers, freed]
