# must: an error of the first step that training makes, with its own words and frames
# magic: -q -o diagnosis --no-trials
#%% cell
class Own(layers.Layer):
    def call(self, inputs):
        return tf.debugging.check_numerics(inputs / 0.0, "not a number here")
model = keras.Sequential([keras.Input((8,)), Own(), layers.Dense(1)])
model.compile("adam", "mse")
model.fit(x, y, verbose=0)
#%% after
outcome = [model.optimizer.built, int(model.optimizer.iterations)]
