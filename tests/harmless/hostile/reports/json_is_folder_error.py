# must: a report that cannot be written does not hide the cell's own error
# magic: -q -o diagnosis --no-trials --json taken
# skip: printed
#%% setup
import os
os.mkdir('taken')
#%% cell
model = keras.Sequential([keras.Input((8,)), layers.Dense(8, activation="relu"), layers.Dense(1, activation="softmax")])
model.compile("adam", "binary_crossentropy", metrics=["accuracy"])
history = model.fit(x, y, epochs=3, batch_size=16, verbose=0)
raise ValueError('mine')
