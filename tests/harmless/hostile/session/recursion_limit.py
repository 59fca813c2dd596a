# must: a low recursion limit, and how deep the cell may go
# magic: -q -o diagnosis --no-trials
#%% setup
import sys
limit = sys.getrecursionlimit()
#%% cell
sys.setrecursionlimit(400)
model = keras.Sequential([keras.Input((8,)), layers.Dense(8, activation="relu"), layers.Dense(1, activation="sigmoid")])
model.compile("adam", "binary_crossentropy", metrics=["accuracy"])
history = model.fit(x, y, epochs=2, batch_size=16, verbose=0)

def deep(n): return n if n > 290 else deep(n + 1)
told = []
try: told.append(deep(0))
except RecursionError: told.append("too deep")
#%% after
sys.setrecursionlimit(limit)
outcome = told
