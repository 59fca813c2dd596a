# must: a tf.function of a loop of the user's own is traced as often as without the magic
# fast: yes
# magic: -q -o diagnosis --no-trials
#%% cell
model = keras.Sequential([keras.Input((8,)), layers.Dense(1, activation="sigmoid")])
optimizer, loss = keras.optimizers.Adam(), keras.losses.BinaryCrossentropy()
@tf.function
def step(a, b):
    open("log.txt", "a").write("traced\n")
    with tf.GradientTape() as tape:
        value = loss(b, model(a, training=True))
    optimizer.apply(tape.gradient(value, model.trainable_variables), model.trainable_variables)
    return value
for n in range(4):
    step(tf.constant(x[16*n:16*n+16]), tf.constant(y[16*n:16*n+16, None]))
