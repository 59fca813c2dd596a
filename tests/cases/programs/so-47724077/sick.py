import keras
from keras.layers import Dense
from surrogates import adult

X, labels = adult(4000)
Y = keras.utils.to_categorical(labels)

model = keras.Sequential([
    keras.Input(shape=(14,)),
    Dense(21, activation="relu"),
    Dense(2, activation="softmax"),
])
model.compile(loss="categorical_crossentropy", optimizer="adam", metrics=["accuracy"])
history = model.fit(X, Y, epochs=12, batch_size=100)
print("accuracy", model.evaluate(X, Y)[1])
