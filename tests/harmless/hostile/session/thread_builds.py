# must: models that a thread builds meanwhile get the names that they would
# skip: python
#%% setup
import threading, time
names = []
#%% cell
def work():
    for n in range(300):
        names.append(layers.ReLU().name); time.sleep(0.02)
worker = threading.Thread(target=work, name="may go on"); worker.start()
model = keras.Sequential([keras.Input((8,)), layers.Dense(8, activation="relu"), layers.Dense(1, activation="softmax")])
model.compile("adam", "binary_crossentropy", metrics=["accuracy"])
history = model.fit(x, y, epochs=3, batch_size=16, verbose=0)
#%% after
worker.join(); outcome = [len(names), len(set(names))]
