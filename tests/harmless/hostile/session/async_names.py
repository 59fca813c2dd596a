# must: a cell that awaits leaves the variables that it would
# mode: kernel
# magic: --no-trials
# skip: outputs
#%% cell
async def one():
    return 1
model = keras.Sequential([keras.Input((8,)), layers.Dense(8, activation="relu"), layers.Dense(1, activation="sigmoid")])
model.compile("adam", "binary_crossentropy", metrics=["accuracy"])
history = model.fit(x, y, epochs=2, batch_size=16, verbose=0)
value = await one()
for item in [1]:
    pass
#%% after
outcome = [value, item]
