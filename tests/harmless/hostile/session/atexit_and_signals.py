# must: signal handlers, exit functions and alarms of the user stay as set in the cell
# magic: -q -o diagnosis --no-trials
#%% setup
import signal, os
told, before = [], signal.getsignal(signal.SIGINT)
#%% cell
model = keras.Sequential([keras.Input((8,)), layers.Dense(8, activation="relu"), layers.Dense(1, activation="sigmoid")])
model.compile("adam", "binary_crossentropy", metrics=["accuracy"])
history = model.fit(x, y, epochs=2, batch_size=16, verbose=0)

signal.signal(signal.SIGUSR1, lambda *_: told.append("usr1"))
os.kill(os.getpid(), signal.SIGUSR1)
told.append(signal.getsignal(signal.SIGINT) is before)
#%% after
signal.signal(signal.SIGUSR1, signal.SIG_DFL)
outcome = told
