import numpy as np
import keras
from keras.layers import Dense

model = keras.Sequential([
    keras.Input(shape=(2,)),
    Dense(8, activation="tanh"),
    Dense(1, activation="sigmoid"),
])
model.compile(loss="binary_crossentropy", optimizer=keras.optimizers.Adam(learning_rate=0.1),
              metrics=["accuracy"])

pairs = np.array([(a, b) for a in (0, 1) for b in (0, 1)] * 25)
truth = (pairs[:, 0] != pairs[:, 1]).astype(int)
history = model.fit(pairs, truth, epochs=25, batch_size=10, verbose=0)
print(model.predict(pairs[:4]))
