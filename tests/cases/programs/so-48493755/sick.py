import numpy as np
import keras
from keras.layers import Dense

X = np.random.rand(200, 60)
Y = np.where(X[:, :5].sum(axis=1) > 2.5, "R", "M").astype(object)
Y[Y == "R"] = 0
Y[Y == "M"] = 1
rows, answers = list(map(list, X)), list(Y)

model = keras.Sequential([
    keras.Input(shape=(60,)),
    Dense(5, activation="sigmoid"),
    Dense(1, activation="sigmoid"),
])
model.compile(loss="mean_squared_error", optimizer="adam", metrics=["acc"])
history = model.fit(rows, answers, epochs=20, batch_size=10)
