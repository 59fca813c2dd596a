# must: a logging set-up that prints everything prints what it would
#%% setup
import logging, sys
logging.basicConfig(level=logging.DEBUG, stream=sys.stdout, force=True)
logging.getLogger('matplotlib').setLevel(logging.WARNING)
#%% cell
model = keras.Sequential([keras.Input((8,)), layers.Dense(8, activation="relu"), layers.Dense(1, activation="softmax")])
model.compile("adam", "binary_crossentropy", metrics=["accuracy"])
history = model.fit(x, y, epochs=3, batch_size=16, verbose=0)
