import keras
from keras.layers import Conv2D, MaxPooling2D, Dropout, Flatten, Dense
from surrogates import digits

(x_train, y_train), (x_test, y_test) = digits(1000, 300)
x_train = x_train.reshape(-1, 28, 28, 1).astype("float32") / 255
x_test = x_test.reshape(-1, 28, 28, 1).astype("float32") / 255
y_train = keras.utils.to_categorical(y_train, 10)
y_test = keras.utils.to_categorical(y_test, 10)

model = keras.Sequential([
    keras.Input(shape=(28, 28, 1)),
    Conv2D(32, (5, 5), activation="relu"),
    MaxPooling2D((2, 2)),
    Conv2D(32, (3, 3), activation="relu"),
    MaxPooling2D((2, 2)),
    Dropout(0.3),
    Flatten(),
    Dense(100, activation="relu"),
    Dropout(0.3),
    Dense(10, activation="softmax"),
])
model.compile(loss="categorical_crossentropy", optimizer="adamax", metrics=["accuracy"])
history = model.fit(x_train, y_train, batch_size=32, epochs=8, validation_data=(x_test, y_test))
