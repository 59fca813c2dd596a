import keras
from keras.models import Sequential
from keras.layers import Dense
from surrogates import digits

(x_train, y_train), (x_test, y_test) = digits(3000, 500)
x_train = x_train.reshape(-1, 784).astype("float32") / 255
x_test = x_test.reshape(-1, 784).astype("float32") / 255
y_train = keras.utils.to_categorical(y_train, 10)
y_test = keras.utils.to_categorical(y_test, 10)

model = Sequential([
    keras.Input(shape=(784,)),
    Dense(30, activation="sigmoid"),
    Dense(10, activation="softmax"),
])
model.compile(optimizer=keras.optimizers.SGD(learning_rate=0.5),
              loss="categorical_crossentropy", metrics=["accuracy"])
history = model.fit(x_train, y_train, batch_size=10, epochs=12)
