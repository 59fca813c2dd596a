import numpy as np
import keras
from keras import layers

train = np.load("DATA/tickets_a/train.npz")
valid = np.load("DATA/tickets_a/valid.npz")
words = 130

model = keras.Sequential([
    keras.Input((24,), dtype="int32"),
    layers.Embedding(words, 16, mask_zero=True),
    layers.GlobalAveragePooling1D(),
    layers.Dense(16, activation="relu"),
    layers.Dense(1, activation="sigmoid"),
])
model.compile(optimizer=keras.optimizers.Adam(0.01), loss="binary_crossentropy", metrics=["accuracy"])
history = model.fit(train["ids"], train["label"], validation_data=(valid["ids"], valid["label"]),
                    epochs=12, batch_size=64, verbose=2)
