# must: averaged weights and gathered gradients of an optimizer are the same, and the names to come
#%% cell
model = keras.Sequential([keras.Input((8,)), layers.Dense(8, activation="relu"), layers.Dense(1, activation="sigmoid")])
model.compile("adam", "binary_crossentropy", metrics=["accuracy"])
model.compile(keras.optimizers.Adam(use_ema=True, ema_overwrite_frequency=2, gradient_accumulation_steps=3),'binary_crossentropy')
history = model.fit(x, y, epochs=2, batch_size=16, verbose=0)
#%% after
outcome=[v.numpy().tolist() for v in model.optimizer.variables]
