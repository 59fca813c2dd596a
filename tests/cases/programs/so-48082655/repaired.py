import numpy as np
import keras
from keras.layers import Dense

points = np.random.normal(size=(100, 5))
target = points + np.random.normal(scale=0.01, size=points.shape)
importance = np.random.uniform(0.5, 1.5, size=100)

start = keras.Input(shape=(5,))
model = keras.Model(start, Dense(5)(start))
model.compile(keras.optimizers.Adam(0.05), "mean_absolute_error")
history = model.fit(points, target, sample_weight=importance, epochs=50, verbose=2)
