# must: names of ours in the user's namespace mean the user's
# magic: -q -o diagnosis --no-trials
#%% cell
from math import *
nbdoctor = report = doctor = "mine"
def diagnose(): return "mine"
model = keras.Sequential([keras.Input((8,)), layers.Dense(8, activation="relu"), layers.Dense(1, activation="sigmoid")])
model.compile("adam", "binary_crossentropy", metrics=["accuracy"])
history = model.fit(x, y, epochs=2, batch_size=16, verbose=0)
#%% after
outcome = [nbdoctor, report, doctor, diagnose()]
