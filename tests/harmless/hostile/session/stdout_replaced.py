# must: sys.stdout is replaced by the user for good within the cell
# magic: --no-trials
# skip: printed
#%% setup
import io, sys
#%% cell
class Page(io.StringIO):
    pass
kept, sys.stdout = sys.stdout, Page()
print("mine")
model = keras.Sequential([keras.Input((8,)), layers.Dense(8, activation="relu"), layers.Dense(1, activation="sigmoid")])
model.compile("adam", "binary_crossentropy", metrics=["accuracy"])
history = model.fit(x, y, epochs=2, batch_size=16, verbose=0)
page, sys.stdout = sys.stdout, kept
#%% after
outcome = [type(page).__name__, page.getvalue()]
