# must: what a thread of the user's prints meanwhile is all there
# skip: printed
# check: re.findall(r'line (\d+)', ' '.join(m['printed'])) == [str(n) for n in range(400)]
#%% setup
import threading, time
#%% cell
def speak():
    for n in range(400):
        print("line", n, flush=True)
        time.sleep(0.02)
speaker = threading.Thread(target=speak, name="may go on"); speaker.start()
model = keras.Sequential([keras.Input((8,)), layers.Dense(8, activation="relu"), layers.Dense(1, activation="softmax")])
model.compile("adam", "binary_crossentropy", metrics=["accuracy"])
history = model.fit(x, y, epochs=3, batch_size=16, verbose=0)
#%% after
speaker.join()
