# must: a tf.data set that raises at its fourth batch raises there what it would, and leaves what it would
# fast: yes
# skip: printed
#%% setup
large = np.clip(x, -2, 2)
large[30, 0] = 9
#%% cell
def checked(a, b):
    with tf.control_dependencies([tf.debugging.assert_less(a[0], 3.0)]):
        return tf.identity(a), b
data = tf.data.Dataset.from_tensor_slices((large, y)).map(checked).batch(8)
model = keras.Sequential([keras.Input((8,)), layers.Dense(1)])
model.compile("adam", "mse")
model.fit(data, epochs=1, verbose=0)
#%% after
outcome = [model.optimizer.built, int(model.optimizer.iterations)]
