import numpy as np
import keras
from keras.layers import Dense
from sklearn.model_selection import train_test_split

rising = np.arange(20) % 5 < 2
X = np.where(rising[:, None], [[68.0, 69, 70]], [[65.0, 66, 67]])
Y = rising.astype(int)
X_train, X_test, y_train, y_test = train_test_split(X, Y, test_size=1 / 3, random_state=7)

model = keras.Sequential([
    keras.Input(shape=(3,)),
    Dense(12, kernel_initializer="random_uniform", activation="relu"),
    Dense(3, kernel_initializer="random_uniform", activation="relu"),
    Dense(1, kernel_initializer="random_uniform", activation="sigmoid"),
])
model.compile(loss="binary_crossentropy", optimizer="adam", metrics=["accuracy"])
history = model.fit(X_train, y_train, validation_data=(X_test, y_test), epochs=30, batch_size=1,
                    verbose=2)
