import numpy as np
import tensorflow as tf
import keras
from keras import layers
from sklearn.datasets import load_digits
from sklearn.metrics import confusion_matrix

x, y = load_digits(return_X_y=True)
x = (x / 16.0).astype("float32")
train = tf.data.Dataset.from_tensor_slices((x[:1300], y[:1300])).shuffle(1300).batch(32)
valid = tf.data.Dataset.from_tensor_slices((x[1300:], y[1300:])).shuffle(497).batch(32)

model = keras.Sequential([
    keras.Input((64,)),
    layers.Dense(48, activation="relu"),
    layers.Dense(10, activation="softmax"),
])
model.compile(optimizer=keras.optimizers.Adam(0.003), loss="sparse_categorical_crossentropy", metrics=["accuracy"])
history = model.fit(train, validation_data=valid, epochs=8, verbose=2)

guess = model.predict(valid, verbose=0).argmax(axis=1)
truth = np.concatenate([labels.numpy() for _, labels in valid])
agree = (guess == truth).mean()
print(agree)
print(confusion_matrix(truth, guess))
