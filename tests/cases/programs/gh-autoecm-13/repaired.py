import pathlib
import tempfile
import numpy as np
import keras
from keras import layers

rng = np.random.default_rng(0)
root = pathlib.Path(tempfile.mkdtemp())
for name in "abcd":
    (root / name).mkdir()
    for k in range(40):
        keras.utils.save_img(root / name / f"{k}.png", rng.integers(0, 256, (10, 10, 3)), scale=False)

train = keras.utils.image_dataset_from_directory(root, image_size=(10, 10), batch_size=16, validation_split=0.25,
                                                 subset="training", seed=1, verbose=False)
valid = keras.utils.image_dataset_from_directory(root, image_size=(10, 10), batch_size=16, validation_split=0.25,
                                                 subset="validation", seed=1, verbose=False)

model = keras.Sequential([
    keras.Input((10, 10, 3)),
    layers.Rescaling(1 / 127.5, offset=-1),
    layers.Flatten(),
    layers.Dense(128, activation="relu"),
    layers.Dense(4, activation="softmax"),
])
model.compile(optimizer=keras.optimizers.Adam(0.002), loss="sparse_categorical_crossentropy", metrics=["accuracy"])
history = model.fit(train, validation_data=valid, epochs=15, verbose=2)
