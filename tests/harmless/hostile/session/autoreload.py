# must: autoreload reloads a module once, as without the magic
#%% setup
import sys, time
sys.path.insert(0, '')
open('mine.py', 'w').write('print("loaded")\nvalue = 1\n')
%load_ext autoreload
%autoreload 2
#%% cell
import mine
open('mine.py', 'w').write('print("loaded again")\nvalue = 22\n')
model = keras.Sequential([keras.Input((8,)), layers.Dense(8, activation="relu"), layers.Dense(1, activation="sigmoid")])
model.compile("adam", "binary_crossentropy", metrics=["accuracy"])
history = model.fit(x, y, epochs=2, batch_size=16, verbose=0)
#%% after
outcome = mine.value; sys.path.remove('')
