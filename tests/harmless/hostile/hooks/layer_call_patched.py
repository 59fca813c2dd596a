# must: a patch of `Layer.__call__` that the cell makes is called as often in loops of its own as without the magic
# fast: yes
# magic: -q -o diagnosis --no-trials
#%% setup
told = []
#%% cell
plain = keras.layers.Layer.__call__
def counted(self, *args, **kwargs):
    told.append(type(self).__name__); return plain(self, *args, **kwargs)
keras.layers.Layer.__call__ = counted
model = keras.Sequential([keras.Input((8,)), layers.Dense(4, activation="tanh"), layers.Dense(1)])
optimizer, loss = keras.optimizers.Adam(0.01), keras.losses.MeanSquaredError()
def step(a, b):
    with tf.GradientTape() as tape:
        value = loss(b, model(a, training=True))
    optimizer.apply(tape.gradient(value, model.trainable_variables), model.trainable_variables)
    return value
for n in range(3): step(x[:16], y[:16, None])
model = keras.Sequential([keras.Input((8,)), layers.Dense(1)])
optimizer = keras.optimizers.SGD(0.01)
traced = tf.function(step)
for n in range(3): traced(tf.constant(x[:16]), tf.constant(y[:16, None]))
told.append(traced.experimental_get_tracing_count())
keras.layers.Layer.__call__ = plain
model = keras.Sequential([keras.Input((8,)), layers.Dense(1)])
optimizer = keras.optimizers.SGD(0.01)
for n in range(2): step(x[:16], y[:16, None])
#%% after
outcome = told
