# must: a program without stdout (sys.stdout is None) costs no cell
# fast: yes
# magic: --no-trials
# skip: printed
#%% setup
import sys
kept = sys.stdout
#%% cell
model = keras.Sequential([keras.Input((8,)), layers.Dense(8, activation="relu"), layers.Dense(1, activation="softmax")])
model.compile("adam", "binary_crossentropy", metrics=["accuracy"])
history = model.fit(x, y, epochs=3, batch_size=16, verbose=0)
last = 5
#%% after
outcome = last
