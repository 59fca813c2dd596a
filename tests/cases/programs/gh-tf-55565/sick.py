import numpy as np
import keras
from keras import layers

rng = np.random.default_rng(0)
kind = np.zeros((120, 16, 16), int)
for i in range(120):
    a, b = sorted(rng.integers(3, 13, 2))
    kind[i, :, a:b] = 1
    kind[i, b:, :] = 2
views = np.stack([kind == c for c in range(3)], -1) + rng.normal(0, 0.6, (120, 16, 16, 3))
masks = keras.utils.to_categorical(kind, 3)

model = keras.Sequential([
    keras.Input((16, 16, 3)),
    layers.Conv2D(12, 3, padding="same", activation="relu"),
    layers.Conv2D(12, 3, padding="same", activation="relu"),
    layers.Conv2D(3, 1, activation="softmax"),
])
model.compile(optimizer=keras.optimizers.Adam(0.003), loss="categorical_crossentropy",
              metrics=["accuracy", keras.metrics.MeanIoU(num_classes=3, name="iou")])
history = model.fit(views, masks, epochs=8, batch_size=8, verbose=2)
