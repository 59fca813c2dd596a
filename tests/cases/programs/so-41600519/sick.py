import keras
from keras.layers import Dense, Dropout
from sklearn.model_selection import train_test_split
from surrogates import higgs

X, y = higgs(3000)
X_train, X_test, y_train, y_test = train_test_split(X, y, test_size=0.3, random_state=42)

model = keras.Sequential([
    keras.Input(shape=(31,)),
    Dense(150, activation="relu"),
    Dropout(0.5),
    Dense(100, activation="relu"),
    Dropout(0.5),
    Dense(50, activation="relu"),
    Dropout(0.5),
    Dense(1, activation="sigmoid"),
])
model.compile(optimizer="rmsprop", loss="binary_crossentropy", metrics=["accuracy"])
history = model.fit(X_train, y_train, epochs=1, batch_size=1)
print("held out", model.evaluate(X_test, y_test))
