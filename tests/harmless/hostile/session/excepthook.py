# must: sys.excepthook, displayhook and threading.excepthook of the user's stay
#%% setup
import sys, threading
mine = lambda *a: None
sys.excepthook = sys.unraisablehook = threading.excepthook = mine
#%% cell
model = keras.Sequential([keras.Input((8,)), layers.Dense(8, activation="relu"), layers.Dense(1, activation="sigmoid")])
model.compile("adam", "binary_crossentropy", metrics=["accuracy"])
history = model.fit(x, y, epochs=2, batch_size=16, verbose=0)
#%% after
outcome = [sys.excepthook is mine, sys.unraisablehook is mine, threading.excepthook is mine]
