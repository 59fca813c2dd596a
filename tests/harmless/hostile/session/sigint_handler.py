# must: a handler of SIGINT that the user set stays, and is called
# skip: switches
#%% cell
import signal
seen = []
signal.signal(signal.SIGINT, lambda *a: seen.append(1))
model = keras.Sequential([keras.Input((8,)), layers.Dense(8, activation="relu"), layers.Dense(1, activation="sigmoid")])
model.compile("adam", "binary_crossentropy", metrics=["accuracy"])
history = model.fit(x, y, epochs=2, batch_size=16, verbose=0)
signal.raise_signal(signal.SIGINT)
#%% after
outcome = seen; signal.signal(signal.SIGINT, signal.default_int_handler)
