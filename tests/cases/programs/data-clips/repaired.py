import numpy as np
import tensorflow as tf
import keras
from keras import layers

def load(name, shuffle=False):
    part = np.load("DATA/clips_a/" + name + ".npz")
    data = tf.data.Dataset.from_tensor_slices((part["x"].astype("float32"), part["y"]))
    if shuffle:
        data = data.shuffle(len(part["y"]), seed=0)
    return data.batch(32)

train, valid = load("train", shuffle=True), load("valid")

model = keras.Sequential([
    keras.Input((12, 12)),
    layers.Flatten(),
    layers.Dense(128, activation="relu"),
    layers.Dense(3, activation="softmax"),
])
model.compile(optimizer=keras.optimizers.Adam(0.002), loss="sparse_categorical_crossentropy", metrics=["accuracy"])
history = model.fit(train, validation_data=valid, epochs=20, verbose=2)
