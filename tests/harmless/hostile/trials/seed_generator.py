# must: a trial of a fix does not do again what building the model did to the user's things: the state of a SeedGenerator of Keras and of a tf.Variable
# magic: -q -o diagnosis --budget 15
#%% setup
seeds = keras.random.SeedGenerator(5)
total = tf.Variable(0.0)
#%% cell
def build():
    seeds.next()
    total.assign_add(1.0)
    model = keras.Sequential([keras.Input((8,)), layers.Dense(8, activation="relu"), layers.Dense(1, activation="softmax")])
    model.compile("adam", "binary_crossentropy", metrics=["accuracy"])
    return model
model = build()
history = model.fit(x, y, epochs=3, batch_size=16, verbose=0)
#%% after
outcome = [seeds.state.numpy().tolist(), float(total)]
