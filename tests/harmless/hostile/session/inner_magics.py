# must: magics inside of the cell do what they do
#%% cell
files = 0
%time print('timed')
%env MINE=1
model = keras.Sequential([keras.Input((8,)), layers.Dense(8, activation="relu"), layers.Dense(1, activation="sigmoid")])
model.compile("adam", "binary_crossentropy", metrics=["accuracy"])
history = model.fit(x, y, epochs=2, batch_size=16, verbose=0)
#%% after
import os; outcome = [files, os.environ.pop('MINE', None)]
