# must: a thread of the user's draws from NumPy's random state what it would
# magic: -q -o diagnosis --budget 6
# skip: python state
#%% setup
import threading, time
drawn = []
#%% cell
def draw():
    for n in range(600):
        drawn.append(float(np.random.random()))
        time.sleep(0.01)
drawer = threading.Thread(target=draw, name="may go on"); drawer.start()
model = keras.Sequential([keras.Input((8,)), layers.Dense(8, activation="relu"), layers.Dense(1, activation="softmax")])
model.compile("adam", "binary_crossentropy", metrics=["accuracy"])
history = model.fit(x, y, epochs=2, batch_size=16, verbose=0)
#%% after
drawer.join(); outcome = len(drawn) - len(set(drawn))
