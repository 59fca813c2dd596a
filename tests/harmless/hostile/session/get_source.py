# must: inspect.getsource of a function that the diagnosed cell defines, and its line
#%% setup
import inspect
#%% cell
model = keras.Sequential([keras.Input((8,)), layers.Dense(8, activation="relu"), layers.Dense(1, activation="softmax")])
model.compile("adam", "binary_crossentropy", metrics=["accuracy"])
history = model.fit(x, y, epochs=3, batch_size=16, verbose=0)
def mine(a):
    return a + 1
text, line = inspect.getsource(mine), mine.__code__.co_firstlineno
#%% after
outcome = [text, inspect.getsource(mine)]
