# must: a report that cannot be written costs no cell: what it leaves, and no error
# magic: -q -o diagnosis --no-trials --json taken
# skip: printed
#%% setup
import os
os.mkdir('taken')
#%% cell
model = keras.Sequential([keras.Input((8,)), layers.Dense(8, activation="relu"), layers.Dense(1, activation="softmax")])
model.compile("adam", "binary_crossentropy", metrics=["accuracy"])
history = model.fit(x, y, epochs=3, batch_size=16, verbose=0)
last = 5
#%% after
outcome = last
