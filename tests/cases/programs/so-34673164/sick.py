import keras
from keras.layers import Activation, Dense, Dropout
from sklearn.preprocessing import LabelEncoder
from surrogates import county_votes

X_train, names = county_votes()
y_train = keras.utils.to_categorical(LabelEncoder().fit_transform(names))

model = keras.Sequential([
    keras.Input(shape=(16,)),
    Dense(64, kernel_initializer="random_uniform", activation="tanh"),
    Dropout(0.5),
    Dense(64, kernel_initializer="random_uniform", activation="tanh"),
    Dropout(0.5),
    Dense(2, kernel_initializer="random_uniform"),
    Activation("softmax"),
])
fast = keras.optimizers.SGD(learning_rate=0.1, momentum=0.9, nesterov=True)
model.compile(loss="mean_squared_error", optimizer=fast, metrics=["accuracy"])
history = model.fit(X_train, y_train, epochs=20, batch_size=16)
