import numpy as np
import keras
from keras.layers import Dense

X = np.random.rand(200, 60)
Y = (X[:, :5].sum(axis=1) <= 2.5).astype("float32")
X = (X - X.mean(axis=0)) / X.std(axis=0)

model = keras.Sequential([
    keras.Input(shape=(60,)),
    Dense(16, activation="tanh"),
    Dense(1, activation="sigmoid"),
])
model.compile(loss="binary_crossentropy", optimizer=keras.optimizers.Adam(0.005), metrics=["acc"])
history = model.fit(X, Y, epochs=20, batch_size=10)
