import numpy
import keras
from keras.layers import Dense

corners = numpy.array([[0., 0.], [0., 1.], [1., 0.], [1., 1.], [0., 0.], [1., 1.]])
xor = numpy.logical_xor(corners[:, 0], corners[:, 1]).astype(float)

model = keras.Sequential([
    keras.Input(shape=(2,)),
    Dense(2, kernel_initializer="random_uniform", activation="sigmoid"),
    Dense(3, kernel_initializer="random_uniform", activation="sigmoid"),
    Dense(1, kernel_initializer="random_uniform", activation="softmax"),
])
slow = keras.optimizers.SGD(learning_rate=0.001, momentum=0.9, nesterov=True)
model.compile(loss="mean_squared_error", optimizer=slow)
history = model.fit(corners, xor, epochs=20)
print(numpy.c_[xor, model.predict(corners)])
