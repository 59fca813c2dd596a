import numpy as np
import tensorflow as tf
import keras
from keras import layers
from sklearn.datasets import load_digits

bunch = load_digits()
pics, names = (bunch.images / 16.0).astype("float32")[..., None], bunch.target

pic_ds = tf.data.Dataset.from_tensor_slices(pics).shuffle(1800)
name_ds = tf.data.Dataset.from_tensor_slices(names).shuffle(1800)
train = tf.data.Dataset.zip((pic_ds, name_ds)).batch(32)

model = keras.Sequential([
    keras.Input((8, 8, 1)),
    layers.Conv2D(12, 3, activation="relu"),
    layers.Flatten(),
    layers.Dense(10, activation="softmax"),
])
model.compile(optimizer=keras.optimizers.Adam(0.003), loss="sparse_categorical_crossentropy", metrics=["accuracy"])
history = model.fit(train, epochs=6, verbose=2)
