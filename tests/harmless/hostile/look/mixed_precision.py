# must: what Keras numbers while it traces a step in mixed precision is numbered as without the magic
#%% cell
keras.config.set_dtype_policy('mixed_float16')
model = keras.Sequential([keras.Input((8,)), layers.Dense(8, activation="relu"), layers.Dense(1, activation="sigmoid")])
model.compile("adam", "binary_crossentropy", metrics=["accuracy"])
history = model.fit(x, y, epochs=2, batch_size=16, verbose=0)
keras.config.set_dtype_policy('float32')
#%% after
outcome=[float(model.optimizer.dynamic_scale), int(model.optimizer.step_counter), int(model.optimizer.iterations)]
