# must: a thread of the user's warns once, as it would
# magic: -q -o diagnosis --budget 4
#%% setup
import threading, time, warnings
shown = []
kept = warnings.showwarning
warnings.resetwarnings()
warnings.showwarning = lambda message, *rest, **more: shown.append(str(message))
#%% cell
model = keras.Sequential([keras.Input((8,)), layers.Dense(8, activation="relu"), layers.Dense(1, activation="sigmoid")])
model.compile("adam", "binary_crossentropy", metrics=["accuracy"])

def warn():
    for n in range(300):
        warnings.warn("a thread warns", FutureWarning)
        time.sleep(0.01)
warner = threading.Thread(target=warn); warner.start()
history = model.fit(x, y, epochs=2, batch_size=16, verbose=0)
warner.join()
#%% after
warnings.showwarning = kept
outcome = [one for one in shown if "thread" in one]
