import numpy as np
import keras
from keras import ops
from keras.layers import Dense

points = np.random.normal(size=(100, 5))
target = points + np.random.normal(scale=0.01, size=points.shape)
importance = np.random.rand(100, 5).astype("float32")

def weighted_mae(y_true, y_pred):
    return ops.mean(importance * ops.abs(y_true - y_pred))

start = keras.Input(shape=(5,))
model = keras.Model(start, Dense(5)(start))
model.compile(optimizer="adam", loss=weighted_mae)
history = model.fit(points, target, epochs=1)
