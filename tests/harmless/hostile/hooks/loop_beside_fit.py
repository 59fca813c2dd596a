# must: a loop in a thread of the cell's own beside a fit in the main one, and listeners of its own
# magic: -q -o diagnosis --no-trials
#%% setup
import threading
told, beside = [], []
other = keras.Sequential([keras.Input((8,)), layers.Dense(4, activation="tanh"), layers.Dense(1)])
rate, measure = keras.optimizers.SGD(0.01), keras.losses.MeanSquaredError()
rate.build(other.trainable_variables)
started, stop = threading.Event(), threading.Event()
def train():
    for n in range(40):
        with tf.GradientTape() as tape:
            value = measure(tf.constant(y[:16, None].astype("float32")), other(tf.constant(x[:16])))
        rate.apply(tape.gradient(value, other.trainable_variables), other.trainable_variables)
        beside.append(float(value))
        for one, _ in tf.data.Dataset.from_tensor_slices((x, y)).batch(32): pass
        started.set()
#%% cell
worker = threading.Thread(target=train); worker.start(); started.wait()
model = keras.Sequential([keras.Input((8,)), layers.Dense(4, activation="relu"), layers.Dense(1, activation="sigmoid")])
model.compile("adam", "binary_crossentropy")
history = model.fit(x, y, batch_size=16, epochs=2, verbose=0)
guess = model.predict(x, verbose=0)
eager = keras.Sequential([keras.Input((8,)), layers.Dense(1)])
eager.compile("sgd", "mse", run_eagerly=True)
eager.fit(x, y, batch_size=16, epochs=1, verbose=0)
worker.join()
#%% after
outcome = [beside, float(guess.sum())]
