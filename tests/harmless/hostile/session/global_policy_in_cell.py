# must: a dtype policy and a float type set in the cell
# magic: -q -o diagnosis --no-trials
#%% cell
keras.config.set_dtype_policy("mixed_bfloat16")
model = keras.Sequential([keras.Input((8,)), layers.Dense(8, activation="relu"), layers.Dense(1, activation="sigmoid")])
model.compile("adam", "binary_crossentropy", metrics=["accuracy"])
history = model.fit(x, y, epochs=2, batch_size=16, verbose=0)
told = [str(model.layers[0].compute_dtype), keras.config.dtype_policy().name]
keras.config.set_dtype_policy("float32")
#%% after
outcome = [told, keras.config.dtype_policy().name]
