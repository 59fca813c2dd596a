import numpy as np
import keras
from keras.layers import Dense

model = keras.Sequential([
    keras.Input(shape=(2,)),
    Dense(4, kernel_initializer="glorot_uniform", activation="sigmoid"),
    Dense(1, kernel_initializer="glorot_uniform", activation="sigmoid"),
])
slow = keras.optimizers.SGD(learning_rate=0.05, momentum=0.11, nesterov=True)
model.compile(loss="mean_absolute_error", optimizer=slow)

pairs = np.array([(a, b) for a in (0, 1) for b in (0, 1)])
truth = (pairs[:, 0] != pairs[:, 1]).astype(int)
history = model.fit(pairs, truth, epochs=100, batch_size=4, shuffle=True, verbose=0)
print(model.predict(pairs))
