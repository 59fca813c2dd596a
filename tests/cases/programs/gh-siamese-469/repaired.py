import numpy as np
import keras
from keras import layers, ops
from sklearn.datasets import load_digits

x, y = load_digits(return_X_y=True)
x = (x / 16.0).astype("float32")
rng = np.random.default_rng(0)
a = rng.integers(0, len(x), 2400)
b = np.array([rng.choice(np.flatnonzero(y == y[i])) if k % 2 else rng.integers(0, len(x)) for k, i in enumerate(a)])
left, right, same = x[a], x[b], (y[a] == y[b]).astype("float32")

tower = keras.Sequential([keras.Input((64,)), layers.Dense(64, activation="relu"), layers.Dense(16)])
one, two = keras.Input((64,)), keras.Input((64,))
gap = layers.Lambda(lambda t: ops.sqrt(ops.maximum(ops.sum(ops.square(t[0] - t[1]), axis=1, keepdims=True), 1e-7)))(
    [tower(one), tower(two)])
model = keras.Model([one, two], gap)

def contrastive(y_true, d):
    return ops.mean(y_true * ops.square(d) + (1 - y_true) * ops.square(ops.maximum(1.0 - d, 0.0)))

model.compile(optimizer=keras.optimizers.Adam(0.002), loss=contrastive)
history = model.fit([left, right], same, epochs=8, batch_size=64, verbose=2)
