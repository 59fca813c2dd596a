import numpy as np
import keras
from keras import layers
from sklearn.datasets import load_digits

x, y = load_digits(return_X_y=True)
x = (x / 16.0).astype("float32")
order = np.random.default_rng(0).permutation(len(x))
x, y = x[order], y[order]
x_test, y_test = x[1400:], y[1400:]

def build():
    net = keras.Sequential([
        keras.Input((64,)),
        layers.Dense(32, activation="relu"),
        layers.Dense(10, activation="softmax"),
    ])
    net.compile(optimizer=keras.optimizers.Adam(0.003), loss="sparse_categorical_crossentropy", metrics=["accuracy"])
    return net

for round_ in range(3):
    for part in np.array_split(np.arange(1400), 10):
        model = build()
        history = model.fit(x[part], y[part], epochs=2, batch_size=16, verbose=0)
print(model.evaluate(x_test, y_test, verbose=0))
