import keras
from keras.layers import Dense
from surrogates import network_packets

X, Y = network_packets()

model = keras.Sequential([
    keras.Input(shape=(11,)),
    Dense(12, kernel_initializer="random_normal", activation="relu"),
    Dense(12, kernel_initializer="random_normal", activation="relu"),
    Dense(1, kernel_initializer="random_normal", activation="relu"),
])
model.compile(loss="binary_crossentropy", optimizer="adam", metrics=["accuracy"])
history = model.fit(X, Y, epochs=15, batch_size=5)
print(model.evaluate(X, Y))
