# must: a training in a thread beside the cell's own comes out as without the magic
# skip: state
#%% setup
import threading, time
ended = []
#%% cell
def work():
    ended.append(other.fit(x, y, epochs=150, batch_size=16, verbose=0, shuffle=False).history["loss"][-1])
other = keras.Sequential([keras.Input((8,)), layers.Dense(8, activation="relu"), layers.Dense(1)])
other.compile("sgd", "mse")
worker = threading.Thread(target=work, name="may go on"); worker.start()
time.sleep(1)
model = keras.Sequential([keras.Input((8,)), layers.Dense(8, activation="relu"), layers.Dense(1, activation="softmax")])
model.compile("adam", "binary_crossentropy", metrics=["accuracy"])
history = model.fit(x, y, epochs=3, batch_size=16, verbose=0)
#%% after
worker.join(); outcome = [ended, [float(w.numpy().sum()) for w in other.weights]]
