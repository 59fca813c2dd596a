# must: a builtins.open of the user's that refuses to write is not asked to
#%% setup
import builtins
calls, old = [], builtins.open
def mine(name, mode='r', *a, **k):
    if mode[:1] in 'wax': calls.append(str(name))
    return old(name, mode, *a, **k)
builtins.open = mine
#%% cell
model = keras.Sequential([keras.Input((8,)), layers.Dense(8, activation="relu"), layers.Dense(1, activation="softmax")])
model.compile("adam", "binary_crossentropy", metrics=["accuracy"])
history = model.fit(x, y, epochs=3, batch_size=16, verbose=0)
#%% after
builtins.open = old; outcome = calls
