# must: enable_op_determinism with a seed
# check: not m['report'][0]['faults'] and m['report'][0]['batches'] > 0
#%% setup
keras.utils.set_random_seed(1); tf.config.experimental.enable_op_determinism()
#%% cell
model = keras.Sequential([keras.Input((8,)), layers.Dense(8, activation="relu"), layers.Dense(1, activation="softmax")])
model.compile("adam", "binary_crossentropy", metrics=["accuracy"])
history = model.fit(x, y, epochs=3, batch_size=16, verbose=0)
