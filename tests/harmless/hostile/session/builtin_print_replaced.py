# must: a builtins.print of the user's is called as often as without the magic
#%% setup
import builtins
calls, old = [], builtins.print
def mine(*a, **k):
    calls.append(a)
    old(*a, **k)
builtins.print = mine
#%% cell
model = keras.Sequential([keras.Input((8,)), layers.Dense(8, activation="relu"), layers.Dense(1, activation="softmax")])
model.compile("adam", "binary_crossentropy", metrics=["accuracy"])
history = model.fit(x, y, epochs=3, batch_size=16, verbose=0)
#%% after
builtins.print = old; outcome = len(calls)
