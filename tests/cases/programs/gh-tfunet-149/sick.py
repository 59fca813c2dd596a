import numpy as np
import keras
from keras import layers

rng = np.random.default_rng(0)
yy, xx = np.mgrid[0:24, 0:24]
scans = rng.normal(0.3, 0.1, (120, 24, 24, 1)).astype("float32")
masks = np.zeros((120, 24, 24, 1), "uint8")
for i in range(120):
    cy, cx, r = rng.integers(7, 17), rng.integers(7, 17), rng.integers(4, 8)
    disc = (yy - cy) ** 2 + (xx - cx) ** 2 < r * r
    scans[i, disc] += 0.4
    masks[i, disc] = 255

def block(t, n):
    t = layers.Conv2D(n, 3, padding="same", activation="relu")(t)
    return layers.Conv2D(n, 3, padding="same", activation="relu")(t)

scan = keras.Input((24, 24, 1))
a = block(scan, 8)
b = block(layers.MaxPooling2D()(a), 16)
up = layers.Concatenate()([layers.UpSampling2D()(b), a])
out = layers.Conv2D(1, 1, activation="sigmoid")(block(up, 8))
model = keras.Model(scan, out)
model.compile(optimizer=keras.optimizers.Adam(0.004), loss="binary_crossentropy", metrics=["accuracy"])
history = model.fit(scans, masks, batch_size=8, epochs=8, validation_split=0.1, verbose=2)
