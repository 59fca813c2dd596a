import numpy as np
import keras
from keras.layers import Dense

u = np.random.uniform(size=(2000, 1))
poly = u ** 4 + u ** 3 - u

model = keras.Sequential([
    keras.Input(shape=(1,)),
    Dense(units=200, activation="relu"),
    Dense(units=45, activation="relu"),
    Dense(units=1),
])
model.compile(loss="mean_squared_error", optimizer="adam")
history = model.fit(u, poly, epochs=15, batch_size=50)
print(model.predict(np.linspace(0, 1, 9)[:, None]).ravel())
