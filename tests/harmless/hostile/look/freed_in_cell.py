# must: a model that the cell deletes is freed as without the magic
# fast: yes
# magic: -q -o diagnosis --no-trials
#%% setup
import weakref, gc
#%% cell
model = keras.Sequential([keras.Input((8,)), layers.Dense(8, activation="relu"), layers.Dense(1, activation="sigmoid")])
model.compile("adam", "binary_crossentropy", metrics=["accuracy"])
history = model.fit(x, y, epochs=2, batch_size=16, verbose=0)
kept = weakref.ref(model)
del model, history
gc.collect()
freed = kept() is None
#%% after
outcome = freed
