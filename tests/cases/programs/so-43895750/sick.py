import numpy as np
import keras
from keras.layers import Conv2D, Flatten, Dense

model = keras.Sequential([
    Conv2D(8, kernel_size=(3, 3), activation="relu", input_shape=(None, 286, 384, 1)),
    Flatten(),
    Dense(2, activation="softmax"),
])
model.compile(loss="binary_crossentropy", optimizer="adam", metrics=["accuracy"])

n_images = 8
data = np.random.randint(0, 2, n_images * 286 * 384).reshape(n_images, 286, 384, 1)
labels = keras.utils.to_categorical(np.random.randint(0, 2, n_images))
history = model.fit(data, labels, verbose=1)
