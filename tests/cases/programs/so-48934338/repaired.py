import numpy as np
import keras
from keras.layers import Dense

X = np.linspace(0, 4.9, 50).reshape(50, 1)
y = 5 * X ** 2 + np.random.normal(size=(50, 1)) ** 3
X = (X - X.mean()) / X.std()
y = (y - y.mean()) / y.std()

model = keras.Sequential([
    keras.Input(shape=(1,)),
    Dense(50, activation="relu"),
    Dense(30, activation="relu"),
    Dense(1, activation="linear"),
])
model.compile(loss="mse", optimizer="adam", metrics=["mae"])
history = model.fit(X, y, epochs=80, batch_size=10, verbose=0)
print(model.predict(X).ravel()[:5])
