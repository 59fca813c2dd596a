# must: a garbage collector that the user switched off stays off
# skip: switches
#%% cell
import gc
gc.disable()
model = keras.Sequential([keras.Input((8,)), layers.Dense(8, activation="relu"), layers.Dense(1, activation="softmax")])
model.compile("adam", "binary_crossentropy", metrics=["accuracy"])
history = model.fit(x, y, epochs=3, batch_size=16, verbose=0)
#%% after
outcome = gc.isenabled(); gc.enable()
