import os
import numpy as np
import keras
from keras import layers

def load(folder):
    files = sorted(os.listdir(folder))
    return np.stack([keras.utils.img_to_array(keras.utils.load_img(os.path.join(folder, f), color_mode="grayscale")) for f in files])

x = load("DATA/cells_a/images") / 255
y = (load("DATA/cells_a/masks") > 0).astype("float32")

model = keras.Sequential([
    keras.Input((24, 24, 1)),
    layers.Conv2D(16, 3, padding="same", activation="relu"),
    layers.Conv2D(16, 3, padding="same", activation="relu"),
    layers.Conv2D(1, 1, activation="sigmoid"),
])
model.compile(optimizer=keras.optimizers.Adam(0.01), loss="binary_crossentropy", metrics=["accuracy"])
history = model.fit(x, y, validation_split=0.2, epochs=15, batch_size=16, verbose=2)
