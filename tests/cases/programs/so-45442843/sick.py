import numpy
import keras
from keras.layers import Dense

X = numpy.random.randint(15000, 25000, size=(1000, 1)).astype(float)
Y = X[:, 0] < 20000
Xtrain, Xtest, Ytrain, Ytest = X[:800], X[800:], Y[:800], Y[800:]

model = keras.Sequential([
    keras.Input(shape=(1,)),
    Dense(1, activation="sigmoid"),
    Dense(1, kernel_initializer="random_normal", activation="softmax"),
])
model.compile(loss="mean_absolute_error", optimizer="rmsprop", metrics=["accuracy"])
history = model.fit(Xtrain, Ytrain, validation_data=(Xtest, Ytest), epochs=40, batch_size=200,
                    verbose=2)
print(model.evaluate(Xtest, Ytest))
