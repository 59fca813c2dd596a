import numpy
import keras
from keras.layers import Dense

numpy.random.seed(7)
features = numpy.random.normal(0.6, 0.9, size=(17, 2))
target = 1.2 * features[:, 0] - 1.1 * features[:, 1] + 0.1 * numpy.random.normal(size=17)

model = keras.Sequential([
    keras.Input(shape=(2,)),
    Dense(8, activation="tanh"),
    Dense(1),
])
model.compile(loss="mean_squared_error", optimizer=keras.optimizers.Adam(0.1), metrics=["mae"])
history = model.fit(features, target, epochs=60, batch_size=10, verbose=0)
print(numpy.c_[target, model.predict(features)].round(2))
