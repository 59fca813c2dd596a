# must: a layer with a tf.random.Generator draws what it would
# fast: yes
# magic: -q -o diagnosis --no-trials
#%% setup
draws = tf.random.Generator.from_seed(3)
#%% cell
class Own(layers.Layer):
    def call(self, inputs):
        inputs = inputs + draws.normal(tf.shape(inputs))
        return inputs * 1.0
model = keras.Sequential([keras.Input((8,)), Own(), layers.Dense(8, activation="relu"), layers.Dense(1, activation="sigmoid")])
model.compile("adam", "binary_crossentropy", metrics=["accuracy"])
history = model.fit(x, y, epochs=2, batch_size=16, verbose=0)
#%% after
outcome = [float(v) for v in draws.normal((3,))]
