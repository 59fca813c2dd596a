import pandas as pd
import keras
from keras import layers

train = pd.read_csv("DATA/grain_b/train.csv")
valid = pd.read_csv("DATA/grain_b/valid.csv")
columns = ["area", "perimeter", "length", "width", "groove"]
names = sorted(train["variety"].unique())
number = {name: i for i, name in enumerate(names)}

mean, std = train[columns].mean(), train[columns].std()
x_train = ((train[columns] - mean) / std).to_numpy("float32")
x_valid = ((valid[columns] - mean) / std).to_numpy("float32")
y_train = train["variety"].map(number).to_numpy()
y_valid = valid["variety"].map(number).to_numpy()

model = keras.Sequential([
    keras.Input((len(columns),)),
    layers.Dense(32, activation="relu"),
    layers.Dense(len(names), activation="softmax"),
])
model.compile(optimizer=keras.optimizers.Adam(0.005), loss="sparse_categorical_crossentropy", metrics=["accuracy"])
history = model.fit(x_train, y_train, validation_data=(x_valid, y_valid), epochs=15, batch_size=64, verbose=2)
