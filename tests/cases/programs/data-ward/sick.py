import pandas as pd
import keras
from keras import layers

train = pd.read_csv("DATA/ward_b/train.csv")
valid = pd.read_csv("DATA/ward_b/valid.csv")
columns = ["age", "lactate", "creatinine", "pulse", "pressure", "sodium"]

mean, std = train[columns].mean(), train[columns].std()
x_train = ((train[columns] - mean) / std).to_numpy("float32")
x_valid = ((valid[columns] - mean) / std).to_numpy("float32")

model = keras.Sequential([
    keras.Input((len(columns),)),
    layers.Dense(32, activation="relu"),
    layers.Dense(16, activation="relu"),
    layers.Dense(1, activation="sigmoid"),
])
model.compile(optimizer="adam", loss="binary_crossentropy", metrics=["accuracy"])
history = model.fit(x_train, train["readmitted"].to_numpy(), epochs=20, batch_size=32, verbose=2,
                    validation_data=(x_valid, valid["readmitted"].to_numpy()))
