import numpy as np
from tensorflow import keras

t = np.random.uniform(-10, 10, 1500)
terms = np.c_[t, t ** 2]
s = 5 - 3 * t + 2 * t ** 2
terms = (terms - terms.mean(axis=0)) / terms.std(axis=0)
s = (s - s.mean()) / s.std()

model = keras.Sequential([
    keras.Input(shape=(2,)),
    keras.layers.Dense(1, use_bias=True),
])
model.compile(optimizer=keras.optimizers.Adam(0.02), loss="mse", metrics=["mae"])
history = model.fit(terms, s, batch_size=50, epochs=12)
