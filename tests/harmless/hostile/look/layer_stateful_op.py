# must: a layer with a stateful random op and an op seed draws what it would
# magic: -q -o diagnosis --no-trials
#%% cell
class Own(layers.Layer):
    def call(self, inputs):
        inputs = inputs + tf.random.normal(tf.shape(inputs), seed=11)
        return inputs * 1.0
model = keras.Sequential([keras.Input((8,)), Own(), layers.Dense(8, activation="relu"), layers.Dense(1, activation="sigmoid")])
model.compile("adam", "binary_crossentropy", metrics=["accuracy"])
history = model.fit(x, y, epochs=2, batch_size=16, verbose=0)
