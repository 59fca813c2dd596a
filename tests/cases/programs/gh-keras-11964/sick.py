import numpy as np
import keras
from keras import layers
from sklearn.datasets import make_moons

x, y = make_moons(900, noise=0.15, random_state=0)
x = x.astype("float32")
slower = keras.callbacks.ReduceLROnPlateau(monitor="val_f1_score", mode="min", factor=0.1, patience=1, verbose=1)

model = keras.Sequential([
    keras.Input((2,)),
    layers.Dense(32, activation="relu"),
    layers.Dense(32, activation="relu"),
    layers.Dense(1, activation="sigmoid"),
])
model.compile(optimizer=keras.optimizers.Adam(0.001), loss="binary_crossentropy",
              metrics=[keras.metrics.F1Score(threshold=0.5)])
history = model.fit(x, y[:, None], validation_split=0.25, epochs=30, batch_size=32, callbacks=[slower], verbose=2)
