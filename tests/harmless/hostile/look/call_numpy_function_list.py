# must: what a layer's call does happens as often as without the magic: a Python function inside of the graph that keeps a list
# magic: -q -o diagnosis --no-trials
#%% setup
seen = []
def noted(values):
    seen.append(len(values))
    return values
#%% cell
class Own(layers.Layer):
    def call(self, inputs):
        inputs = tf.ensure_shape(tf.numpy_function(noted, [inputs], tf.float32), (None, 8))
        return inputs * 1.0
model = keras.Sequential([keras.Input((8,)), Own(), layers.Dense(8, activation="relu"), layers.Dense(1, activation="sigmoid")])
model.compile("adam", "binary_crossentropy", metrics=["accuracy"])
history = model.fit(x, y, epochs=2, batch_size=16, verbose=0)
#%% after
outcome = seen
