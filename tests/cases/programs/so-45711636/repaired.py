import keras
from keras.layers import Conv2D, MaxPooling2D, Dropout, Flatten, Dense
from surrogates import photos

x, y = photos(300, classes=10, size=56, channels=1)
X_3 = (x[:, :20] / 255).reshape(-1, 20, 56, 1)
y_3 = keras.utils.to_categorical(y, 10)

model = keras.Sequential([
    keras.Input(shape=(20, 56, 1)),
    Conv2D(32, (3, 3), padding="valid", activation="relu"),
    MaxPooling2D(pool_size=(2, 2)),
    Conv2D(32, (3, 3), padding="valid", activation="relu"),
    MaxPooling2D(pool_size=(2, 2)),
    Flatten(),
    Dense(128, activation="relu"),
    Dropout(0.3),
    Dense(10, activation="softmax"),
])
model.compile(optimizer="adam", loss="categorical_crossentropy", metrics=["accuracy"])
history = model.fit(X_3, y_3, batch_size=32, epochs=15, verbose=2)
