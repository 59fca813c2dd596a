# must: layers take arguments of any kind: objects whose `shape` is a method, that raise, or that count what they are asked
# magic: -q -o diagnosis --no-trials
#%% setup
told = []
class Odd:
    def shape(self): return (3,)
class Counts:
    @property
    def shape(self): told.append("shape"); return (3,)
    @property
    def dtype(self): told.append("dtype"); return "float32"
class Raises:
    @property
    def shape(self): raise ZeroDivisionError("no shape")
#%% cell
class Takes(layers.Layer):
    def __init__(self):
        super().__init__(); self.dense = layers.Dense(1)
    def build(self, *shapes): self.dense.build((None, 8))
    def call(self, inputs, given=None, training=None):
        return self.dense(inputs)
class Mine(keras.Model):
    def __init__(self, given):
        super().__init__(); self.takes, self.given = Takes(), given
    def call(self, inputs): return self.takes(inputs, given=self.given[0])
for kind in (Odd, Counts, Raises, dict, lambda: {1: 2, "a": 3}, lambda: "text", lambda: print):
    model = Mine([kind()])
    try:
        model.compile("sgd", "mse"); history = model.fit(x, y, batch_size=16, verbose=0)
        model.compile("sgd", "mse", run_eagerly=True); model.fit(x, y, batch_size=16, verbose=0)
        with tf.GradientTape() as tape:
            value = tf.reduce_mean(model(x[:16]) ** 2)
        model.optimizer.apply(tape.gradient(value, model.trainable_variables), model.trainable_variables)
        told.append([float(value), history.history["loss"]])
    except Exception as error:
        told.append([type(error).__name__, str(error)[:300]])
#%% after
outcome = told
