# must: a layer that fills a table of TensorFlow fills it as without the magic
# fast: yes
# magic: -q -o diagnosis --no-trials
#%% setup
seen = tf.lookup.experimental.MutableHashTable(tf.string, tf.int64, 0)
#%% cell
class Own(layers.Layer):
    def call(self, inputs):
        count = seen.lookup(tf.constant(["n"]))
        seen.insert(tf.constant(["n"]), count + 1)
        return inputs * 1.0
model = keras.Sequential([keras.Input((8,)), Own(), layers.Dense(8, activation="relu"), layers.Dense(1, activation="sigmoid")])
model.compile("adam", "binary_crossentropy", metrics=["accuracy"])
history = model.fit(x, y, epochs=2, batch_size=16, verbose=0)
#%% after
outcome = int(seen.lookup(tf.constant(['n']))[0])
