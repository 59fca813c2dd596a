import numpy
import keras
from keras.layers import Dense

step = numpy.arange(300) * 0.0628
series = numpy.sin(step)
previous = numpy.r_[0, series[:-1]]
X = numpy.c_[series, (series - previous) / 0.0628]
Y = (series > previous).astype(int)
cut = 240

model = keras.Sequential([
    keras.Input(shape=(2,)),
    Dense(8, activation="relu"),
    Dense(8, activation="relu"),
    Dense(1, activation="sigmoid"),
])
model.compile(loss="binary_crossentropy", optimizer="adam", metrics=["accuracy"])
history = model.fit(X[:cut], Y[:cut], epochs=20, batch_size=2)
print("held out", model.evaluate(X[cut:], Y[cut:]))
