import keras
from keras import layers

train = keras.utils.image_dataset_from_directory(
    "DATA/leaves_b/train", image_size=(16, 16), color_mode="grayscale", batch_size=32, seed=0)
valid = keras.utils.image_dataset_from_directory(
    "DATA/leaves_b/valid", image_size=(16, 16), color_mode="grayscale", batch_size=32, shuffle=False)

model = keras.Sequential([
    keras.Input((16, 16, 1)),
    layers.Rescaling(1 / 255),
    layers.Conv2D(16, 3, activation="relu"),
    layers.Conv2D(16, 3, activation="relu"),
    layers.GlobalMaxPooling2D(),
    layers.Dense(4, activation="softmax"),
])
model.compile(optimizer=keras.optimizers.Adam(0.01), loss="sparse_categorical_crossentropy", metrics=["accuracy"])
history = model.fit(train, validation_data=valid, epochs=12, verbose=2)
