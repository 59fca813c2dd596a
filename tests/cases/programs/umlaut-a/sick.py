import keras
from keras import layers
from surrogates import small_color_images

(pixels, kinds), (new_pixels, new_kinds) = small_color_images(400, 100)

model = keras.Sequential([
    keras.Input(shape=(32, 32, 3)),
    layers.Conv2D(16, 3, activation="relu"),
    layers.Conv2D(16, 3, activation="relu"),
    layers.MaxPooling2D(),
    layers.Dropout(0.8),
    layers.Conv2D(32, 3, activation="relu"),
    layers.Conv2D(32, 3, activation="relu"),
    layers.MaxPooling2D(),
    layers.Dropout(0.8),
    layers.Flatten(),
    layers.Dense(128, activation="relu"),
    layers.Dense(128, activation="relu"),
    layers.Dropout(0.8),
    layers.Dense(10),
])
model.compile(optimizer=keras.optimizers.Adam(),
              loss=keras.losses.sparse_categorical_crossentropy, metrics=["accuracy"])
history = model.fit(pixels, kinds, epochs=3, batch_size=64, validation_split=0.2)
