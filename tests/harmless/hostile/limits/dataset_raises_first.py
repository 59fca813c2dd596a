# must: a tf.data set that raises at its very first batch
# magic: -q -o diagnosis --no-trials
#%% cell
def checked(a, b):
    with tf.control_dependencies([tf.debugging.assert_less(a[0], -30.0)]):
        return tf.identity(a), b
data = tf.data.Dataset.from_tensor_slices((x, y)).map(checked).batch(8)
model = keras.Sequential([keras.Input((8,)), layers.Dense(1)])
model.compile("adam", "mse")
try:
    model.fit(data, epochs=1, verbose=0)
except Exception as error:
    told = [type(error).__name__, type(error.__cause__).__name__, type(error.__context__).__name__, str(error)[:200]]
#%% after
outcome = [told, model.optimizer.built, int(model.optimizer.iterations)]
