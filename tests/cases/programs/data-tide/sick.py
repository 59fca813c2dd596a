import numpy as np
import pandas as pd
import keras
from keras import layers

gauge = pd.read_csv("DATA/tide_a/gauge.csv")
level = gauge["level"].to_numpy("float32")
mean, std = level.mean(), level.std()
level = (level - mean) / std

window = 12
x = np.stack([level[i:i + window] for i in range(len(level) - window)])[..., None]
y = level[window:]
cut = int(0.8 * len(x))

model = keras.Sequential([
    keras.Input((window, 1)),
    layers.Conv1D(16, 5, activation="relu"),
    layers.Flatten(),
    layers.Dense(32, activation="relu"),
    layers.Dense(1),
])
model.compile(optimizer=keras.optimizers.Adam(0.005), loss="mse")
history = model.fit(x[:cut], y[:cut], validation_data=(x[cut:], y[cut:]), epochs=12, batch_size=64, verbose=2)
