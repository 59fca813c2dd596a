# must: a notebook is not overwritten by a report
# fast: yes
# magic: -q --no-trials --json work.ipynb
# skip: printed error state
#%% setup
open('work.ipynb', 'w').write('{"cells": []}')
#%% cell
model = keras.Sequential([keras.Input((8,)), layers.Dense(8, activation="relu"), layers.Dense(1, activation="softmax")])
model.compile("adam", "binary_crossentropy", metrics=["accuracy"])
history = model.fit(x, y, epochs=3, batch_size=16, verbose=0)
#%% after
outcome = open('work.ipynb').read()
