import numpy as np
import keras
from keras.layers import Conv1D, Dense, Activation, Flatten

inputData = np.random.normal(size=(500, 32, 1))
labelData = (inputData[:, :, 0] > 0).astype("float32")

model = keras.Sequential()
model.add(keras.Input(shape=(32, 1)))
for _ in range(2):
    model.add(Conv1D(32, 2))
    model.add(Activation("relu"))
model.add(Flatten())
model.add(Dense(32))
model.add(Activation("sigmoid"))
model.compile(loss="binary_crossentropy", optimizer="rmsprop", metrics=["binary_accuracy"])
history = model.fit(inputData, labelData, epochs=15)
