import numpy as np
import keras
from keras import layers

firings = np.load("DATA/kiln_a/firings.npz")
x, y = firings["x"], firings["y"]

x_mean, x_std = x.mean(axis=0), x.std(axis=0)
y_mean, y_std = y.mean(), y.std()
x = (x - x_mean) / x_std
y = (y - y_mean) / y_std

model = keras.Sequential([
    keras.Input((3,)),
    layers.Dense(64, activation="relu"),
    layers.Dense(64, activation="relu"),
    layers.Dense(1),
])
model.compile(optimizer=keras.optimizers.Adam(0.01), loss="mse", metrics=["mae"])
history = model.fit(x, y, validation_split=0.2, epochs=25, batch_size=64, verbose=2)
