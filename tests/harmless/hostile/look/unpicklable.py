# must: a model that holds a lock, a file, a socket and a thread is examined
# check: not m['report'][0]['faults'] and m['report'][0]['batches'] > 0
# magic: -q -o diagnosis --no-trials
#%% setup
import threading, socket
#%% cell
class Own(layers.Layer):
    def __init__(self, **k):
        super().__init__(**k)
        self.lock, self.file, self.socket = threading.Lock(), open("own.txt", "w"), socket.socket()
        self.thread = threading.current_thread()
    def call(self, inputs):
        with self.lock:
            return inputs
model = keras.Sequential([keras.Input((8,)), Own(), layers.Dense(1, activation="softmax")])
model.compile("adam", "binary_crossentropy")
history = model.fit(x, y, epochs=2, verbose=0)
