import pandas as pd
import keras
from keras import layers

train = pd.read_csv("DATA/notes_b/train.csv")
valid = pd.read_csv("DATA/notes_b/valid.csv")

vectorize = layers.TextVectorization(max_tokens=1000, output_sequence_length=40)
vectorize.adapt(train["text"].tolist())
x_train = vectorize(train["text"].tolist())
x_valid = vectorize(valid["text"].tolist())

model = keras.Sequential([
    layers.Embedding(vectorize.vocabulary_size(), 16),
    layers.GlobalAveragePooling1D(),
    layers.Dense(16, activation="relu"),
    layers.Dense(1, activation="sigmoid"),
])
model.compile(optimizer=keras.optimizers.Adam(0.02), loss="binary_crossentropy", metrics=["accuracy"])
history = model.fit(x_train, train["liked"].to_numpy(), epochs=10, batch_size=64, verbose=2,
                    validation_data=(x_valid, valid["liked"].to_numpy()))
