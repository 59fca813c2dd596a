# must: a model nested so deep that Python's stack just holds it trains as without the magic
# limit: 200
#%% cell
inner = layers.Dense(8)
for n in range(45):
    inner = keras.Sequential([inner])
model = keras.Sequential([keras.Input((8,)), inner, layers.Dense(1, activation="sigmoid")])
model.compile("adam", "binary_crossentropy")
history = model.fit(x, y, verbose=0)
