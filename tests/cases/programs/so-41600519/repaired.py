import numpy as np
import keras
from keras.layers import Dense, Dropout
from sklearn.impute import SimpleImputer
from sklearn.model_selection import train_test_split
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from surrogates import higgs

X, y = higgs(3000)
X = make_pipeline(SimpleImputer(missing_values=-999.0), StandardScaler()).fit_transform(X)
X_train, X_test, y_train, y_test = train_test_split(X, y, test_size=0.3, random_state=42)

model = keras.Sequential([
    keras.Input(shape=(31,)),
    Dense(64, activation="relu"),
    Dropout(0.3),
    Dense(1, activation="sigmoid"),
])
model.compile(optimizer="adam", loss="binary_crossentropy", metrics=["accuracy"])
history = model.fit(X_train, y_train, epochs=12, batch_size=64, validation_data=(X_test, y_test))
