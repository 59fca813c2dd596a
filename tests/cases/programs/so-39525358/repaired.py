import numpy as np
import keras
from keras.layers import Dense
from sklearn.model_selection import train_test_split
from sklearn.preprocessing import StandardScaler

rising = np.arange(20) % 5 < 2
X = np.where(rising[:, None], [[68.0, 69, 70]], [[65.0, 66, 67]])
Y = rising.astype(int)
X = StandardScaler().fit_transform(X)
X_train, X_test, y_train, y_test = train_test_split(X, Y, test_size=1 / 3, random_state=7,
                                                    stratify=Y)
model = keras.Sequential([
    keras.Input(shape=(3,)),
    Dense(12, activation="relu"),
    Dense(8, activation="relu"),
    Dense(1, activation="sigmoid"),
])
model.compile(loss="binary_crossentropy", optimizer="adam", metrics=["accuracy"])
history = model.fit(X_train, y_train, validation_data=(X_test, y_test), epochs=30, batch_size=1,
                    verbose=2)
