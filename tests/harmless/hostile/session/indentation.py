# must: a cell that begins with blank lines, a comment and a docstring
# skip: outcome
#%% cell
# a comment
'''a text'''
model = keras.Sequential([keras.Input((8,)), layers.Dense(8, activation="relu"), layers.Dense(1, activation="softmax")])
model.compile("adam", "binary_crossentropy", metrics=["accuracy"])
history = model.fit(x, y, epochs=3, batch_size=16, verbose=0)
import sys
line = sys._getframe().f_lineno
#%% after
outcome = line
