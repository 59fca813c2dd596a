# must: a cell of 60,000 lines
# slower: 12
# limit: 240
#%% cell
@@"\n".join(f"a{n % 50} = [{n}, {n + 1}]" for n in range(60_000))@@
model = keras.Sequential([keras.Input((8,)), layers.Dense(8, activation="relu"), layers.Dense(1, activation="sigmoid")])
model.compile("adam", "binary_crossentropy", metrics=["accuracy"])
history = model.fit(x, y, epochs=2, batch_size=16, verbose=0)
