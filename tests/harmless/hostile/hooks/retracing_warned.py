# must: TensorFlow warns of frequent traces as often as without the magic
# magic: -q -o diagnosis --no-trials
#%% cell
def made():
    model = keras.Sequential([keras.Input((8,)), layers.Dense(2, activation="relu"), layers.Dense(1, activation="sigmoid")])
    model.compile("adam", "binary_crossentropy")
    return model
for k in range(7):
    one = made().fit(x[:16], y[:16], batch_size=16, verbose=0)
for k in range(7):
    made().train_on_batch(x[:16], y[:16])
loss = keras.losses.MeanSquaredError()
for k in range(7):
    model, optimizer = made(), keras.optimizers.SGD(0.1)
    @tf.function
    def step(a, b):
        with tf.GradientTape() as tape:
            value = loss(b, model(a, training=True))
        optimizer.apply(tape.gradient(value, model.trainable_variables), model.trainable_variables)
        return value
    step(tf.constant(x[:16]), tf.constant(y[:16, None]))
