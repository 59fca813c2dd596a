import keras
from keras.layers import Conv1D, MaxPooling1D, Dense, Flatten
from surrogates import spectra_1d

features, labels = spectra_1d(600, 72, classes=28, noise=0.2)
training_features = features.reshape(-1, 72, 1)
training_labels = keras.utils.to_categorical(labels, 28)

model = keras.Sequential()
model.add(keras.Input(shape=(72, 1)))
model.add(Conv1D(64, 3, activation="relu"))
model.add(MaxPooling1D(2))
model.add(Conv1D(64, 3, activation="relu"))
model.add(MaxPooling1D(2))
model.add(Dense(64, activation="relu"))
model.add(Dense(28, activation="softmax"))
model.compile(optimizer="adam", loss="categorical_crossentropy", metrics=["accuracy"])
history = model.fit(training_features, training_labels, batch_size=32, epochs=3, validation_split=0.1)
