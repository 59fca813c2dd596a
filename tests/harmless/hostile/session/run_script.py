# must: %run of a program that trains
#%% setup
open('program.py', 'w').write('import numpy as np, keras, tensorflow as tf\nfrom keras import layers\nmade = np.random.default_rng(0)\nx = made.normal(size=(64, 8)).astype("float32")\ny = (x[:, 0] > 0).astype("int64")\nkeras.utils.set_random_seed(1)\nmodel = keras.Sequential([keras.Input((8,)), layers.Dense(8, activation="relu"), layers.Dense(1, activation="softmax")])\nmodel.compile("adam", "binary_crossentropy", metrics=["accuracy"])\nhistory = model.fit(x, y, epochs=3, batch_size=16, verbose=0)\n')
#%% cell
%run program.py
#%% after
outcome = history.history['loss']
