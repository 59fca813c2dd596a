# must: a queue of TensorFlow feeds a loop of the user's own
# magic: -q -o diagnosis --no-trials
#%% setup
rows = tf.queue.FIFOQueue(20, [tf.float32, tf.int64], shapes=[(8, 8), (8,)])
for n in range(8):
    rows.enqueue((x[8*n:8*n+8], y[8*n:8*n+8]))
#%% cell
model = keras.Sequential([keras.Input((8,)), layers.Dense(1, activation="sigmoid")])
optimizer, loss = keras.optimizers.Adam(), keras.losses.BinaryCrossentropy()
@tf.function
def step():
    a, b = rows.dequeue()
    with tf.GradientTape() as tape:
        value = loss(b[:, None], model(a, training=True))
    optimizer.apply(tape.gradient(value, model.trainable_variables), model.trainable_variables)
    return value, rows.size()
told = [[float(value), int(left)] for value, left in (step() for n in range(6))]
#%% after
outcome = [told, int(rows.size())]
