import numpy
import keras
from keras.layers import Dense

corners = numpy.tile([[0., 0.], [0., 1.], [1., 0.], [1., 1.]], (25, 1))
xor = numpy.logical_xor(corners[:, 0], corners[:, 1]).astype(float)

model = keras.Sequential([
    keras.Input(shape=(2,)),
    Dense(8, activation="tanh"),
    Dense(1, activation="sigmoid"),
])
model.compile(loss="binary_crossentropy", optimizer=keras.optimizers.Adam(learning_rate=0.1),
              metrics=["accuracy"])
history = model.fit(corners, xor, epochs=30, batch_size=10, verbose=0)
print(model.predict(corners[:4]))
