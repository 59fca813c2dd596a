import numpy as np
import keras
from keras import layers

rng = np.random.default_rng(0)
yy, xx = np.mgrid[0:24, 0:24]
views = rng.uniform(20, 90, (120, 24, 24, 1))
truth = np.zeros((120, 24, 24, 1))
for i in range(120):
    cy, cx, r = rng.integers(6, 18), rng.integers(6, 18), rng.integers(4, 8)
    disc = (yy - cy) ** 2 + (xx - cx) ** 2 < r * r
    views[i, disc] += 100
    truth[i, disc] = 1

def normalise(picture, mask):
    return (picture / 255).astype("float32"), (mask / 255).astype("float32")

views, masks = normalise(views, truth)

model = keras.Sequential([
    keras.Input((24, 24, 1)),
    layers.Conv2D(8, 3, padding="same", activation="relu"),
    layers.Conv2D(8, 3, padding="same", activation="relu"),
    layers.Conv2D(1, 1, activation="sigmoid"),
])
model.compile(optimizer=keras.optimizers.Adam(0.005), loss="binary_crossentropy",
              metrics=[keras.metrics.BinaryIoU(target_class_ids=[0, 1], name="iou")])
history = model.fit(views, masks, batch_size=8, epochs=8, verbose=2)
