import keras
from keras.models import Sequential
from keras.layers import Dense
from keras.initializers import RandomNormal
from surrogates import digits

(x_train, y_train), (x_test, y_test) = digits(3000, 500)
x_train = x_train.reshape(-1, 784).astype("float32") / 255
x_test = x_test.reshape(-1, 784).astype("float32") / 255
y_train = keras.utils.to_categorical(y_train, 10)
y_test = keras.utils.to_categorical(y_test, 10)

model = Sequential([
    keras.Input(shape=(784,)),
    Dense(30, kernel_initializer=RandomNormal(stddev=1), bias_initializer=RandomNormal(stddev=1)),
    Dense(10, kernel_initializer=RandomNormal(stddev=1), bias_initializer=RandomNormal(stddev=1)),
])
model.compile(optimizer=keras.optimizers.SGD(learning_rate=3.0),
              loss="mean_squared_error", metrics=["accuracy"])
history = model.fit(x_train, y_train, batch_size=10, epochs=3)
