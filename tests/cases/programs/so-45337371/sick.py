import numpy as np
from keras.models import Sequential
from keras.layers import Dense, Input

x = np.random.uniform(size=(1000, 5))
y = (x.sum(axis=1) > 2.5).astype(int)

model = Sequential([
    Input(shape=(5,)),
    Dense(60, activation="relu"),
    Dense(50, activation="relu"),
    Dense(1, activation="softmax"),
])
model.compile(optimizer="adam", loss="binary_crossentropy", metrics=["accuracy"])
history = model.fit(x, y, batch_size=10, epochs=5)
