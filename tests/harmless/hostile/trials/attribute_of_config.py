# must: a trial of a fix does not do again what building the model did to the user's things: the model in an attribute is still the one that was trained
# magic: -q -o diagnosis --budget 15
#%% setup
import types
config = types.SimpleNamespace()
#%% cell
config.model = model = keras.Sequential([keras.Input((8,)), layers.Dense(8, activation="relu"), layers.Dense(1, activation="softmax")])
model.compile("adam", "binary_crossentropy", metrics=["accuracy"])
history = model.fit(x, y, epochs=3, batch_size=16, verbose=0)
#%% after
outcome = config.model is model
