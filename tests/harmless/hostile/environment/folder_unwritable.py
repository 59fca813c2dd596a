# must: a working folder that cannot be written
# check: not m['report'][0]['faults']
# skip: folder
#%% setup
import os
here = os.getcwd()
#%% cell
os.chdir('/proc')
model = keras.Sequential([keras.Input((8,)), layers.Dense(8, activation="relu"), layers.Dense(1, activation="softmax")])
model.compile("adam", "binary_crossentropy", metrics=["accuracy"])
history = model.fit(x, y, epochs=3, batch_size=16, verbose=0)
#%% after
os.chdir(here); outcome = len(history.epoch)
