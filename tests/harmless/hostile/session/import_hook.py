# must: nothing is loaded into a name of the user's modules
# check: not m['report'][0]['faults']
#%% setup
open('rules.py', 'w').write('raise RuntimeError(1)')
open('html.py', 'w').write('raise RuntimeError(2)')
open('difflib.py', 'w').write('raise RuntimeError(3)')
import sys
sys.path.insert(0, '')
#%% cell
model = keras.Sequential([keras.Input((8,)), layers.Dense(8, activation="relu"), layers.Dense(1, activation="softmax")])
model.compile("adam", "binary_crossentropy", metrics=["accuracy"])
history = model.fit(x, y, epochs=3, batch_size=16, verbose=0)
#%% after
sys.path.remove('')
