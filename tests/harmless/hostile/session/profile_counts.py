# must: a profiler of the user's tells of calls of its own functions as often
# skip: found.value
#%% setup
import cProfile, pstats
#%% cell
def mine(): return 1
profile = cProfile.Profile()
profile.enable()
model = keras.Sequential([keras.Input((8,)), layers.Dense(8, activation="relu"), layers.Dense(1, activation="sigmoid")])
model.compile("adam", "binary_crossentropy", metrics=["accuracy"])
history = model.fit(x, y, epochs=2, batch_size=16, verbose=0)
mine()
profile.disable()
found = [f for f in pstats.Stats(profile).stats if f[2] == 'mine']
#%% after
outcome = len(found)
