import keras
from keras import layers
from surrogates import small_color_images

(pixels, kinds), (new_pixels, new_kinds) = small_color_images(400, 100)
pixels, new_pixels = pixels / 255.0, new_pixels / 255.0

model = keras.Sequential([
    keras.Input(shape=(32, 32, 3)),
    layers.Conv2D(16, 3, activation="relu"),
    layers.Conv2D(16, 3, activation="relu"),
    layers.MaxPooling2D(),
    layers.Dropout(0.2),
    layers.Conv2D(32, 3, activation="relu"),
    layers.MaxPooling2D(),
    layers.Flatten(),
    layers.Dense(64, activation="relu"),
    layers.Dense(10, activation="softmax"),
])
model.compile(optimizer=keras.optimizers.Adam(),
              loss=keras.losses.sparse_categorical_crossentropy, metrics=["accuracy"])
history = model.fit(pixels, kinds, epochs=12, batch_size=16, validation_split=0.2)
