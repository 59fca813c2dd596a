# must: run_functions_eagerly(True)
# check: not m['report'][0]['faults']
#%% setup
tf.config.run_functions_eagerly(True)
#%% cell
model = keras.Sequential([keras.Input((8,)), layers.Dense(8, activation="relu"), layers.Dense(1, activation="softmax")])
model.compile("adam", "binary_crossentropy", metrics=["accuracy"])
history = model.fit(x, y, epochs=3, batch_size=16, verbose=0)
#%% after
outcome = tf.config.functions_run_eagerly()
