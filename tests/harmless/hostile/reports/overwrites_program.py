# must: a program is not overwritten by a report
# magic: -q --no-trials --html model.py
# skip: printed error state
#%% setup
open('model.py', 'w').write('print(1)\n')
#%% cell
model = keras.Sequential([keras.Input((8,)), layers.Dense(8, activation="relu"), layers.Dense(1, activation="sigmoid")])
model.compile("adam", "binary_crossentropy", metrics=["accuracy"])
history = model.fit(x, y, epochs=2, batch_size=16, verbose=0)
#%% after
outcome = open('model.py').read()
