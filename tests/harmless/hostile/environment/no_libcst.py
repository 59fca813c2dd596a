# must: a Python whose LibCST cannot be loaded trains and shows the report
# mode: kernel
# check: m['report_on_screen']
# skip: outputs
#%% setup
import sys
sys.modules['libcst'] = None
#%% cell
model = keras.Sequential([keras.Input((8,)), layers.Dense(8, activation="relu"), layers.Dense(1, activation="softmax")])
model.compile("adam", "binary_crossentropy", metrics=["accuracy"])
history = model.fit(x, y, epochs=3, batch_size=16, verbose=0)
#%% after
outcome = len(history.epoch)
