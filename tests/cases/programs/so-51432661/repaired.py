import numpy as np
import keras
from keras import layers

rng = np.random.default_rng(4)
price = np.sin(np.arange(1200) / 2.5) + 0.05 * rng.normal(size=1200)
price = (price - price.min()) / (price.max() - price.min())
look = 8
x = np.stack([price[i:i + look] for i in range(len(price) - look)])[..., None].astype("float32")
y = price[look:].astype("float32")
x_tr, y_tr, x_te, y_te = x[:900], y[:900], x[900:], y[900:]

model = keras.Sequential([
    keras.Input((look, 1)),
    layers.LSTM(24),
    layers.Dense(1),
])
model.compile(optimizer=keras.optimizers.Adam(0.005), loss="mse", metrics=["mae"])
history = model.fit(x_tr, y_tr, validation_data=(x_te, y_te), epochs=12, batch_size=32, verbose=2)
