# must: tf.debugging.enable_check_numerics raises the error that it would
# skip: printed
#%% setup
tf.debugging.enable_check_numerics()
#%% cell
model = keras.Sequential([keras.Input((8,)), layers.Dense(1), layers.Lambda(lambda v: tf.math.log(v))])
model.compile('sgd', 'mse')
history = model.fit(x, y, verbose=0)
#%% after
tf.debugging.disable_check_numerics()
