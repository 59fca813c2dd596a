import numpy as np
import keras
from keras import layers
from sklearn.model_selection import train_test_split

rng = np.random.default_rng(3)
def draw(n):
    t = rng.normal(size=(n, 20)).astype("float32")
    return t, (t[:, 0] + 0.8 * rng.normal(size=n) > 2.1).astype(int)

rows, flag = draw(2000)
fresh_x, fresh_y = draw(4000)

rare = rows[flag == 1]
need = int((flag == 0).sum() - len(rare))
pick = rng.integers(0, len(rare), need)
extra = rare[pick] + 0.05 * rng.normal(size=(need, 20)).astype("float32")
rows = np.concatenate([rows, extra])
flag = np.concatenate([flag, np.ones(need, int)])
x_tr, x_va, y_tr, y_va = train_test_split(rows, flag, test_size=0.25, random_state=0, stratify=flag)

model = keras.Sequential([
    keras.Input((20,)),
    layers.Dense(64, activation="relu"),
    layers.Dense(32, activation="relu"),
    layers.Dense(1, activation="sigmoid"),
])
model.compile(optimizer=keras.optimizers.Adam(0.003), loss="binary_crossentropy", metrics=["accuracy"])
history = model.fit(x_tr, y_tr, validation_data=(x_va, y_va), epochs=10, batch_size=32, verbose=2)
