# must: a listener to TensorFlow's operations that the cell takes away, with all others, in mid-step
# magic: -q -o diagnosis --no-trials
#%% setup
from tensorflow.python.framework import op_callbacks
from tensorflow.python.eager import execute
told = []
def hears(kind, inputs, attrs, outputs, op_name=None, graph=None):
    pass
#%% cell
model = keras.Sequential([keras.Input((8,)), layers.Dense(4, activation="tanh"), layers.Dense(1)])
optimizer, loss = keras.optimizers.Adam(0.01), keras.losses.MeanSquaredError()
a, b = tf.constant(x[:16]), tf.constant(y[:16, None].astype("float32"))
def step(between):
    with tf.GradientTape() as tape:
        made = model(a, training=True)
        between()
        value = loss(b, made)
    optimizer.apply(tape.gradient(value, model.trainable_variables), model.trainable_variables)
    told.append(float(value))
step(lambda: op_callbacks.clear_op_callbacks())
step(lambda: op_callbacks.add_op_callback(hears))
step(lambda: op_callbacks.remove_op_callback(hears))
model = keras.Sequential([keras.Input((8,)), layers.Dense(1)])
optimizer = keras.optimizers.SGD(0.01)
step(lambda: op_callbacks.clear_op_callbacks())
traced = tf.function(lambda: step(lambda: None) if False else loss(b, model(a)))
with tf.GradientTape() as tape:
    made = model(a)
told.append(float(traced()))
#%% after
from tensorflow.python.eager import context
outcome = [told, execute.execute is execute.quick_execute, len(context.context().op_callbacks)]
