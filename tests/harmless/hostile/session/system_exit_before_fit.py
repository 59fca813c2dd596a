# must: sys.exit before any training
# magic: --no-trials
#%% cell
import sys
print("begins")
sys.exit(3)
model = keras.Sequential([keras.Input((8,)), layers.Dense(8, activation="relu"), layers.Dense(1, activation="sigmoid")])
model.compile("adam", "binary_crossentropy", metrics=["accuracy"])
