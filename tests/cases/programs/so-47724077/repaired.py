import keras
from keras.layers import Dense
from sklearn.preprocessing import StandardScaler
from surrogates import adult

X, labels = adult(4000)
X = StandardScaler().fit_transform(X)
Y = keras.utils.to_categorical(labels)

model = keras.Sequential([
    keras.Input(shape=(14,)),
    Dense(21, activation="relu"),
    Dense(2, activation="softmax"),
])
model.compile(loss="categorical_crossentropy", optimizer="adam", metrics=["accuracy"])
history = model.fit(X, Y, epochs=15, batch_size=50)
print("accuracy", model.evaluate(X, Y)[1])
