import keras
from keras.layers import Dense, Flatten, Conv2D, MaxPooling2D
from surrogates import photos

x, y = photos(300, classes=2, size=64)
x = x / 255
y = keras.utils.to_categorical(y, 2)
x_train, x_test, y_train, y_test = x[:240], x[240:], y[:240], y[240:]

model = keras.Sequential([
    keras.Input(shape=(64, 64, 3)),
    Conv2D(16, kernel_size=(7, 7), activation="relu"),
    MaxPooling2D(pool_size=(2, 2)),
    Conv2D(20, (5, 5), activation="relu"),
    MaxPooling2D(pool_size=(2, 2)),
    Conv2D(20, (5, 5), activation="relu"),
    MaxPooling2D(pool_size=(2, 2)),
    Flatten(),
    Dense(2, activation="softmax"),
])
model.compile(loss="categorical_crossentropy",
              optimizer=keras.optimizers.Adadelta(), metrics=["accuracy"])
history = model.fit(x_train, y_train, batch_size=20, epochs=5,
                    validation_data=(x_test, y_test))
