import numpy as np
import keras
from keras import layers

train = np.load("DATA/scans_b/train.npz")
valid = np.load("DATA/scans_b/valid.npz")
x_train, y_train = train["x"][..., None], train["y"]
x_valid, y_valid = valid["x"][..., None], valid["y"]

model = keras.Sequential([
    keras.Input((8, 8, 1)),
    layers.Conv2D(32, 3, activation="relu"),
    layers.MaxPooling2D(),
    layers.Flatten(),
    layers.Dense(64, activation="relu"),
    layers.Dense(10, activation="softmax"),
])
model.compile(optimizer=keras.optimizers.Adam(0.005), loss="sparse_categorical_crossentropy", metrics=["accuracy"])
history = model.fit(x_train, y_train, validation_data=(x_valid, y_valid), epochs=12, batch_size=64, verbose=2)
