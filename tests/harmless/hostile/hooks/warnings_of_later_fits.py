# must: Keras warns of the same as without the magic, at the first fit and at later ones of the same model
# magic: -q -o diagnosis --no-trials
#%% cell
model = keras.Sequential([keras.Input((8,)), layers.Dense(4, name="unused"), layers.Dense(1, activation="softmax")])
model.compile("adam", "binary_crossentropy", metrics=["accuracy"])
model.fit(x, y, batch_size=16, verbose=0)
model.fit(x, y, batch_size=32, verbose=0)
other = keras.Sequential([layers.Dense(4), layers.Dense(1, activation="softmax")])
other.compile("adam", "binary_crossentropy")
other.fit(tf.data.Dataset.from_tensor_slices((x, y)).batch(16), verbose=0)
other.predict(x[:10], verbose=0)
