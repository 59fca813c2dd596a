import keras
from keras.layers import Dense
from sklearn.datasets import make_circles

x, y = make_circles(n_samples=1000, noise=0.05, factor=0.5, random_state=1)

model = keras.Sequential()
model.add(keras.Input(shape=(2,)))
for _ in range(8):
    model.add(Dense(5, activation="sigmoid", kernel_initializer="he_uniform"))
model.add(Dense(1, activation="sigmoid", kernel_initializer="he_uniform"))
model.compile(optimizer=keras.optimizers.Adam(learning_rate=0.001), loss="binary_crossentropy",
              metrics=["accuracy"])
history = model.fit(x, y, batch_size=32, epochs=40, verbose=2)
