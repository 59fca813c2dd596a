import os
import numpy as np
import keras
from keras import layers

folder = "DATA/shots_b/shots"
files = sorted(os.listdir(folder))
labels = np.loadtxt("DATA/shots_b/labels.txt", dtype="int32")

class Shots(keras.utils.PyDataset):
    def __init__(self, start, stop, **kwargs):
        super().__init__(**kwargs)
        self.index = np.arange(start, stop)

    def __len__(self):
        return len(self.index) // 20

    def __getitem__(self, i):
        rows = self.index[20 * i:20 * (i + 1)]
        x = [keras.utils.img_to_array(keras.utils.load_img(os.path.join(folder, files[r]), color_mode="grayscale")) for r in rows]
        return np.stack(x) / 255, labels[rows]

model = keras.Sequential([
    keras.Input((12, 12, 1)),
    layers.Conv2D(16, 3, activation="relu"),
    layers.Conv2D(16, 3, activation="relu"),
    layers.GlobalMaxPooling2D(),
    layers.Dense(4, activation="softmax"),
])
model.compile(optimizer=keras.optimizers.Adam(0.01), loss="sparse_categorical_crossentropy", metrics=["accuracy"])
history = model.fit(Shots(0, 400), validation_data=Shots(400, 480), epochs=15, verbose=2)
