# must: a model and its data that the next cell deletes are freed as without the magic
# magic: -q -o diagnosis --no-trials
#%% setup
import weakref, gc
#%% cell
model = keras.Sequential([keras.Input((8,)), layers.Dense(8, activation="relu"), layers.Dense(1, activation="softmax")])
model.compile("adam", "binary_crossentropy", metrics=["accuracy"])
history = model.fit(x, y, epochs=3, batch_size=16, verbose=0)
x_kept = weakref.ref(x)
model_kept = weakref.ref(model)
#%% after
del model, history, x, y
gc.collect()
outcome = [x_kept() is None, model_kept() is None]
