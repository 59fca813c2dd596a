import numpy as np
import keras
from keras.layers import Conv2D, MaxPooling2D, Flatten, Dense

n_images = 120
labels = np.random.randint(0, 2, n_images)
data = np.random.rand(n_images, 48, 64, 1) * 0.5
data[labels == 1, 10:30, 20:40] += 0.5
labels = keras.utils.to_categorical(labels)

model = keras.Sequential([
    keras.Input(shape=(48, 64, 1)),
    Conv2D(8, kernel_size=(3, 3), activation="relu"),
    MaxPooling2D((4, 4)),
    Flatten(),
    Dense(2, activation="softmax"),
])
model.compile(loss="categorical_crossentropy", optimizer="adam", metrics=["accuracy"])
history = model.fit(data, labels, epochs=10, verbose=1)
