# must: %%time above: its value and its times are there
# skip: printed
# check: 'Wall time' in ' '.join(m['printed'])
#%% cell
%%time
@@magic@@
model = keras.Sequential([keras.Input((8,)), layers.Dense(8, activation="relu"), layers.Dense(1, activation="sigmoid")])
model.compile("adam", "binary_crossentropy", metrics=["accuracy"])
history = model.fit(x, y, epochs=2, batch_size=16, verbose=0)
history.epoch
