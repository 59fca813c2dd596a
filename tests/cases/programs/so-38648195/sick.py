import keras
from keras.layers import Dense, Dropout
from sklearn.datasets import make_multilabel_classification
from sklearn.model_selection import train_test_split

counts, tags = make_multilabel_classification(n_samples=5000, n_features=20, n_classes=3,
                                                random_state=3)
model = keras.Sequential([
    keras.Input(shape=(20,)),
    Dense(20, activation="relu"),
    Dropout(0.5),
    Dense(20, activation="relu"),
    Dropout(0.5),
    Dense(3, activation="softmax"),
])
model.compile(loss="mean_squared_error", optimizer="sgd", metrics=["accuracy"])

X_train, X_test, y_train, y_test = train_test_split(counts, tags, test_size=0.2, random_state=1)
history = model.fit(X_train, y_train, epochs=10, batch_size=20, validation_data=(X_test, y_test))
