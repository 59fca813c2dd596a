import numpy as np
import keras
from keras.layers import Dense
from sklearn.preprocessing import StandardScaler

def plane(rows, top):
    points = top * np.random.rand(rows, 3)
    return points, 2.0 * points[:, 0] + 1.0 * points[:, 1] + 0.5 * points[:, 2] + 2.2

X_train, y_train = plane(5000, 10000)
X_train = StandardScaler().fit_transform(X_train)
y_train = StandardScaler().fit_transform(y_train[:, None])

model = keras.Sequential([
    keras.Input(shape=(3,)),
    Dense(16, activation="tanh"),
    Dense(1),
])
model.compile(loss="mean_squared_error", optimizer="adam", metrics=["mae"])
history = model.fit(X_train, y_train, epochs=10)
