# must: functions set with sys.settrace and sys.setprofile stay
# skip: switches
#%% setup
import sys
def trace(*a): return None
def profile(*a): return None
sys.settrace(trace); sys.setprofile(profile)
#%% cell
model = keras.Sequential([keras.Input((8,)), layers.Dense(8, activation="relu"), layers.Dense(1, activation="sigmoid")])
model.compile("adam", "binary_crossentropy", metrics=["accuracy"])
history = model.fit(x, y, epochs=2, batch_size=16, verbose=0)
#%% after
outcome = [sys.gettrace() is trace, sys.getprofile() is profile]; sys.settrace(None); sys.setprofile(None)
