# must: a policy of types set in the cell stays
#%% cell
keras.mixed_precision.set_global_policy('mixed_bfloat16')
model = keras.Sequential([keras.Input((8,)), layers.Dense(8, activation="relu"), layers.Dense(1, activation="softmax")])
model.compile("adam", "binary_crossentropy", metrics=["accuracy"])
history = model.fit(x, y, epochs=3, batch_size=16, verbose=0)
#%% after
outcome = keras.mixed_precision.global_policy().name; keras.mixed_precision.set_global_policy('float32')
