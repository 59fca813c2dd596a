import numpy as np
import keras
from keras.layers import Dense, Dropout

def plane(rows, top):
    points = top * np.random.rand(rows, 3)
    return points, 2.0 * points[:, 0] + 1.0 * points[:, 1] + 0.5 * points[:, 2] + 2.2

X_train, y_train = plane(5000, 10000)
X_test, y_test = plane(1000, 10000)

model = keras.Sequential([
    keras.Input(shape=(3,)),
    Dense(3, kernel_initializer="random_uniform", activation="tanh"),
    Dropout(0.5),
    Dense(2, kernel_initializer="random_uniform", activation="tanh"),
    Dropout(0.5),
    Dense(1, kernel_initializer="random_uniform", activation="softmax"),
])
fast = keras.optimizers.SGD(learning_rate=0.1, momentum=0.9, nesterov=True)
model.compile(loss="mean_squared_error", optimizer=fast, metrics=["accuracy"])
history = model.fit(X_train, y_train, epochs=5)
print(model.evaluate(X_test, y_test, batch_size=16))
