import numpy as np
import keras
from keras import layers, ops
from sklearn.datasets import load_digits

x, y = load_digits(return_X_y=True)
x = (x / 16.0).astype("float32")
rng = np.random.default_rng(0)
a = rng.integers(0, len(x), 1600)
b = np.array([i if k % 10 == 0 else rng.choice(np.flatnonzero(y == y[i])) if k % 2 else rng.integers(0, len(x)) for k, i in enumerate(a)])
left, right, same = x[a], x[b], (y[a] == y[b]).astype("float32")[:, None]

def distance(pair):
    return ops.sqrt(ops.maximum(ops.sum(ops.square(pair[0] - pair[1]), axis=1, keepdims=True), 1e-7))

tower = keras.Sequential([keras.Input((64,)), layers.Dense(64, activation="relu"), layers.Dense(16)])
one, two = keras.Input((64,)), keras.Input((64,))
model = keras.Model([one, two], layers.Lambda(distance, output_shape=(1,))([tower(one), tower(two)]))

def contrastive(y_true, d):
    return ops.mean(y_true * d + (1 - y_true) * ops.maximum(1.0 - d, 0.0))

model.compile(optimizer=keras.optimizers.Adam(0.002), loss=contrastive)
history = model.fit([left, right], same, epochs=8, batch_size=64, verbose=2)
