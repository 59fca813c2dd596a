import keras
from keras.layers import Dense
from sklearn.feature_selection import VarianceThreshold
from sklearn.preprocessing import StandardScaler
from surrogates import network_packets

X, Y = network_packets()
X = VarianceThreshold().fit_transform(X)
X = StandardScaler().fit_transform(X)

model = keras.Sequential([
    keras.Input(shape=(X.shape[1],)),
    Dense(12, activation="relu"),
    Dense(12, activation="relu"),
    Dense(1, activation="sigmoid"),
])
model.compile(loss="binary_crossentropy", optimizer="adam", metrics=["accuracy"])
history = model.fit(X, Y, epochs=15, batch_size=5)
print(model.evaluate(X, Y))
