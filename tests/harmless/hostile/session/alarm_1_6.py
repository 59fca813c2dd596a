# must: a TimeoutError of the user's alarm ends the training, whenever it rings
# skip: state printed error
# check: m.get('error') and m['error'][0] == 'TimeoutError'
# limit: 30
# magic: -q -o diagnosis --no-trials
#%% setup
import signal, time
#%% cell
def ring(*_):
    raise TimeoutError("too long")
signal.signal(signal.SIGALRM, ring)
class Own(layers.Layer):
    def call(self, inputs):
        time.sleep(0.02)
        return inputs * 1.0
model = keras.Sequential([keras.Input((8,)), Own(), layers.Dense(8, activation="relu"), layers.Dense(1, activation="sigmoid")])
model.compile("adam", "binary_crossentropy", metrics=["accuracy"])
signal.setitimer(signal.ITIMER_REAL, 1.6)
history = model.fit(x, y, epochs=10**6, batch_size=16, verbose=0)
#%% after
import signal; signal.setitimer(signal.ITIMER_REAL, 0); outcome = 'ended'
