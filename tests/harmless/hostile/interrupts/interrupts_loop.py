# must: the same for a loop of the user's own
# mode: interrupts
# magic: --no-trials
# times: 10
# seed: 4
# limit: 400
# skip: files
# check: len(m['bad']) <= len(p['bad'])
# check: len(m['rounds']) == 10
#%% cell
keras.utils.set_random_seed(1)
model = keras.Sequential([keras.Input((8,)), layers.Dense(8, activation="relu"), layers.Dense(1, activation="sigmoid")])
optimizer, loss = keras.optimizers.Adam(), keras.losses.BinaryCrossentropy()
model.compile("adam", "mse")
@tf.function
def step(a, b):
    with tf.GradientTape() as tape:
        value = loss(b, model(a, training=True))
    optimizer.apply(tape.gradient(value, model.trainable_variables), model.trainable_variables)
    return value
for n in range(400):
    step(tf.constant(x), tf.constant(y[:, None]))
