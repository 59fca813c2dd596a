# must: a stdout that raises when it is written to costs no cell
# magic: --no-trials
# skip: printed
#%% setup
import sys
kept = sys.stdout
class Page:
    def write(self, text): raise BrokenPipeError('nobody reads')
    def flush(self): pass
#%% cell
page = sys.stdout = Page()
model = keras.Sequential([keras.Input((8,)), layers.Dense(8, activation="relu"), layers.Dense(1, activation="softmax")])
model.compile("adam", "binary_crossentropy", metrics=["accuracy"])
history = model.fit(x, y, epochs=3, batch_size=16, verbose=0)
sys.stdout = kept
last = 5
#%% after
outcome = last
