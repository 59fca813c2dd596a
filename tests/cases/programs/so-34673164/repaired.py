import keras
from keras.layers import Dense, Dropout
from sklearn.preprocessing import LabelEncoder, StandardScaler
from surrogates import county_votes

X_train, names = county_votes()
X_train = StandardScaler().fit_transform(X_train)
y_train = keras.utils.to_categorical(LabelEncoder().fit_transform(names))

model = keras.Sequential([
    keras.Input(shape=(16,)),
    Dense(32, activation="relu"),
    Dropout(0.2),
    Dense(2, activation="softmax"),
])
model.compile(loss="categorical_crossentropy", optimizer=keras.optimizers.Adam(0.003),
              metrics=["accuracy"])
history = model.fit(X_train, y_train, epochs=40, batch_size=16, verbose=2)
