# must: a function that the cell puts in the place of TensorFlow's own for operations stays there
# magic: -q -o diagnosis --no-trials
#%% setup
from tensorflow.python.eager import execute
told = []
#%% cell
plain = execute.execute
def mine(*args, **kwargs): return plain(*args, **kwargs)
execute.execute = mine
model = keras.Sequential([keras.Input((8,)), layers.Dense(4, activation="tanh"), layers.Dense(1)])
optimizer, loss = keras.optimizers.Adam(0.01), keras.losses.MeanSquaredError()
for n in range(2):
    with tf.GradientTape() as tape:
        value = loss(y[:16, None], model(x[:16], training=True))
    optimizer.apply(tape.gradient(value, model.trainable_variables), model.trainable_variables)
with tf.GradientTape() as tape:
    value = model(x[:16], training=True)
    during = execute.execute is mine
still = execute.execute is mine
#%% after
outcome = [during, still, execute.execute is mine]
execute.execute = execute.quick_execute
