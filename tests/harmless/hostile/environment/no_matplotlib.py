# must: a Python without matplotlib trains and shows the report
# mode: kernel
# magic: --no-trials
# check: m['report_on_screen']
# skip: outputs
#%% setup
import sys
for name in [n for n in sys.modules if n.startswith('matplotlib')]: del sys.modules[name]
sys.modules['matplotlib'] = None
#%% cell
model = keras.Sequential([keras.Input((8,)), layers.Dense(8, activation="relu"), layers.Dense(1, activation="softmax")])
model.compile("adam", "binary_crossentropy", metrics=["accuracy"])
history = model.fit(x, y, epochs=3, batch_size=16, verbose=0)
#%% after
outcome = len(history.epoch)
