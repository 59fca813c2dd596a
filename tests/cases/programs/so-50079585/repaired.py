import keras
from keras.layers import Conv2D, MaxPooling2D, Dropout, Flatten, Dense
from surrogates import photos

img_width, img_height, epochs, batch_size = 64, 64, 8, 16
x, y = photos(180, classes=3, size=img_width)
x = x / 255.0

model = keras.Sequential([
    keras.Input(shape=(img_width, img_height, 3)),
    Conv2D(32, (3, 3), activation="relu"),
    MaxPooling2D(pool_size=(2, 2)),
    Conv2D(32, (3, 3), activation="relu"),
    MaxPooling2D(pool_size=(2, 2)),
    Conv2D(64, (3, 3), activation="relu"),
    MaxPooling2D(pool_size=(2, 2)),
    Flatten(),
    Dense(64, activation="relu"),
    Dropout(0.3),
    Dense(3, activation="softmax"),
])
model.compile(loss="sparse_categorical_crossentropy", optimizer="adam", metrics=["accuracy"])
history = model.fit(x, y, epochs=epochs, batch_size=batch_size)
