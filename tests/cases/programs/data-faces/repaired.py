import numpy as np
import keras
from keras import layers

faces = np.load("DATA/faces_b/faces.npz")
x = faces["x"].astype("float32")[..., None]
y = {"left": faces["left"], "right": faces["right"]}

inputs = keras.Input((16, 16, 1))
h = layers.Conv2D(16, 3, strides=2, padding="same", activation="relu")(inputs)
h = layers.Conv2D(32, 3, strides=2, padding="same", activation="relu")(h)
h = layers.Flatten()(h)
h = layers.Dense(64, activation="relu")(h)
model = keras.Model(inputs, {
    "left": layers.Dense(2, name="left")(h),
    "right": layers.Dense(2, name="right")(h),
})
model.compile(optimizer=keras.optimizers.Adam(0.003), loss={"left": "mse", "right": "mse"})
history = model.fit(x, y, validation_split=0.2, epochs=15, batch_size=32, verbose=2)
