# must: a layer that takes from a queue of TensorFlow takes as often as without the magic
# fast: yes
# magic: -q -o diagnosis --no-trials
#%% setup
waiting = tf.queue.FIFOQueue(100, [tf.float32], shapes=[()])
for n in range(50):
    waiting.enqueue(float(n))
#%% cell
class Own(layers.Layer):
    def call(self, inputs):
        inputs = inputs + 0.0 * waiting.dequeue()
        return inputs * 1.0
model = keras.Sequential([keras.Input((8,)), Own(), layers.Dense(8, activation="relu"), layers.Dense(1, activation="sigmoid")])
model.compile("adam", "binary_crossentropy", metrics=["accuracy"])
history = model.fit(x, y, epochs=2, batch_size=16, verbose=0)
#%% after
outcome = int(waiting.size())
