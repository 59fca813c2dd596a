import numpy as np
import tensorflow as tf
import keras
from keras import layers

rng = np.random.default_rng(0)
scans = rng.normal(0.3, 0.15, (160, 20, 20, 1)).astype("float32")
masks = np.zeros((160, 20, 20, 1), "float32")
for i in range(160):
    top, left, high, wide = rng.integers(0, 12), rng.integers(0, 12), rng.integers(4, 8), rng.integers(4, 8)
    scans[i, top:top + high, left:left + wide] += 0.5
    masks[i, top:top + high, left:left + wide] = 1

def augment(scan, mask):
    both = tf.concat([scan, mask], axis=-1)
    both = tf.image.random_flip_left_right(both)
    both = tf.image.random_flip_up_down(both)
    return both[..., :1], both[..., 1:]

train = tf.data.Dataset.from_tensor_slices((scans, masks)).shuffle(160).map(augment).batch(8)

model = keras.Sequential([
    keras.Input((20, 20, 1)),
    layers.Conv2D(8, 3, padding="same", activation="relu"),
    layers.Conv2D(8, 3, padding="same", activation="relu"),
    layers.Conv2D(1, 1, activation="sigmoid"),
])
model.compile(optimizer=keras.optimizers.Adam(0.005), loss="binary_crossentropy", metrics=["accuracy"])
history = model.fit(train, epochs=8, verbose=2)
