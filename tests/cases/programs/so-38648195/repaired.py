import keras
from keras.layers import Dense, Dropout
from sklearn.datasets import make_multilabel_classification
from sklearn.model_selection import train_test_split
from sklearn.preprocessing import StandardScaler

counts, tags = make_multilabel_classification(n_samples=5000, n_features=20, n_classes=3,
                                                random_state=3)
X_train, X_test, y_train, y_test = train_test_split(counts, tags, test_size=0.2, random_state=1)
scaler = StandardScaler().fit(X_train)
X_train, X_test = scaler.transform(X_train), scaler.transform(X_test)

model = keras.Sequential([
    keras.Input(shape=(20,)),
    Dense(64, activation="relu"),
    Dropout(0.2),
    Dense(32, activation="relu"),
    Dense(3, activation="sigmoid"),
])
model.compile(loss="binary_crossentropy", optimizer="adam", metrics=["binary_accuracy"])
history = model.fit(X_train, y_train, epochs=12, batch_size=32, validation_data=(X_test, y_test))
