# must: a trial of a fix does not do again what building the model did to the user's things: entries of a set and a deque
# magic: -q -o diagnosis --budget 15
#%% setup
import collections
seen, waiting = set(), collections.deque()
#%% cell
def build():
    seen.add(len(seen)); waiting.append(1)
    model = keras.Sequential([keras.Input((8,)), layers.Dense(8, activation="relu"), layers.Dense(1, activation="softmax")])
    model.compile("adam", "binary_crossentropy", metrics=["accuracy"])
    return model
model = build()
history = model.fit(x, y, epochs=3, batch_size=16, verbose=0)
#%% after
outcome = [len(seen), len(waiting)]
