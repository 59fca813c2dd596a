# must: a training in a thread that goes on after the cell comes out as without the magic
# skip: state
#%% setup
import threading, time
ended = []
#%% cell
def work():
    ended.append(model.fit(x, y, epochs=200, batch_size=16, verbose=0, shuffle=False).history["loss"][-1])
model = keras.Sequential([keras.Input((8,)), layers.Dense(8, activation="relu"), layers.Dense(1, activation="softmax"), layers.Dense(1)])
model.compile("sgd", "mse")
worker = threading.Thread(target=work, name="may go on"); worker.start()
time.sleep(3)
#%% after
worker.join(); outcome = [ended, [float(w.numpy().sum()) for w in model.weights]]
