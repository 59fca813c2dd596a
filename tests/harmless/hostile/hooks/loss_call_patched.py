# must: a patch of `Loss.__call__` that the cell makes and takes away is called as often as without the magic
# magic: -q -o diagnosis --no-trials
#%% setup
told = []
#%% cell
plain = keras.losses.Loss.__call__
def counted(self, *args, **kwargs):
    told.append((type(self).__name__, len(args), sorted(kwargs)))
    return plain(self, *args, **kwargs)
keras.losses.Loss.__call__ = counted
class Sum(keras.losses.Loss):
    def call(self, y_true, y_pred):
        inner = keras.losses.MeanSquaredError()
        return inner(y_true, y_pred) + 0 * inner(y_true=y_true, y_pred=y_pred)
model = keras.Sequential([keras.Input((8,)), layers.Dense(1)])
model.compile("sgd", Sum())
history = model.fit(x, y, batch_size=16, epochs=2, verbose=0)
loss = keras.losses.MeanSquaredError()
for n in range(3):
    with tf.GradientTape() as tape:
        value = loss(y[:8, None], model(x[:8]))
    model.optimizer.apply(tape.gradient(value, model.trainable_variables), model.trainable_variables)
keras.losses.Loss.__call__ = plain
#%% after
outcome = [told, float(keras.losses.MeanSquaredError()(y[:4], y[4:8]))]
