# must: a thread of the user's writes lines to stderr and to a logger meanwhile
# magic: -q -o diagnosis --budget 4
# skip: printed
#%% setup
import threading, time, sys, logging, io
page = io.StringIO()
handler = logging.StreamHandler(page)
logging.getLogger("mine").addHandler(handler)
logging.getLogger("mine").propagate = False
#%% cell
def tell():
    for n in range(300):
        print("line", n, file=sys.stderr); logging.getLogger("mine").warning("log %d", n)
        time.sleep(0.005)
teller = threading.Thread(target=tell); teller.start()
model = keras.Sequential([keras.Input((8,)), layers.Dense(8, activation="relu"), layers.Dense(1, activation="softmax")])
model.compile("adam", "binary_crossentropy", metrics=["accuracy"])
history = model.fit(x, y, epochs=2, batch_size=16, verbose=0)
teller.join()
#%% after
outcome = page.getvalue().count("log")
