import numpy
import keras
from keras.layers import Dense
from sklearn.preprocessing import StandardScaler

X = numpy.random.randint(15000, 25000, size=(1000, 1)).astype(float)
Y = X[:, 0] < 20000
X = StandardScaler().fit_transform(X)
Xtrain, Xtest, Ytrain, Ytest = X[:800], X[800:], Y[:800], Y[800:]

model = keras.Sequential([
    keras.Input(shape=(1,)),
    Dense(8, activation="relu"),
    Dense(1, activation="sigmoid"),
])
model.compile(loss="binary_crossentropy", optimizer=keras.optimizers.Adam(0.01),
              metrics=["accuracy"])
history = model.fit(Xtrain, Ytrain, validation_data=(Xtest, Ytest), epochs=20, batch_size=32,
                    verbose=2)
print(model.evaluate(Xtest, Ytest))
