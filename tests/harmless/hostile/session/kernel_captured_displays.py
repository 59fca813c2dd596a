# must: displays that are captured hold what they would
# magic: --no-trials
# mode: kernel
#%% setup
from IPython.utils.capture import capture_output
from IPython.display import display
#%% cell
model = keras.Sequential([keras.Input((8,)), layers.Dense(8, activation="relu"), layers.Dense(1, activation="sigmoid")])
model.compile("adam", "binary_crossentropy", metrics=["accuracy"])

with capture_output() as caught:
    print("mine")
    display("shown")
    model.fit(x, y, verbose=0)
told = [caught.stdout, len(caught.outputs)]
#%% after
outcome = told
