import keras
from keras.layers import Conv2D, MaxPooling2D, Flatten, Dense, Activation
from surrogates import small_color_images

(x_train, y_train), (x_test, y_test) = small_color_images(400, 100)
x_train, x_test = x_train.astype("float32") / 255, x_test.astype("float32") / 255
y_train = keras.utils.to_categorical(y_train, 10)
y_test = keras.utils.to_categorical(y_test, 10)

model = keras.Sequential()
model.add(keras.Input(shape=x_train.shape[1:]))
model.add(Conv2D(15, (7, 7), activation="relu", padding="same"))
model.add(MaxPooling2D((2, 2), padding="same"))
model.add(Conv2D(45, (6, 6), activation="relu", padding="same"))
model.add(MaxPooling2D((4, 3), padding="same"))
model.add(Conv2D(64, (5, 5), activation="relu", padding="same"))
model.add(Dense(50))
model.add(Activation("relu"))
model.add(Dense(10))
model.add(Activation("softmax"))
opt = keras.optimizers.RMSprop(learning_rate=0.0001)
model.compile(loss="categorical_crossentropy", optimizer=opt, metrics=["accuracy"])
history = model.fit(x_train, y_train, batch_size=32, epochs=6, validation_data=(x_test, y_test))
