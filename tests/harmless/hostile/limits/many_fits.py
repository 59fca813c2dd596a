# must: a cell with 60 fits
# slower: 8
# limit: 240
#%% cell
model = keras.Sequential([keras.Input((8,)), layers.Dense(1)])
model.compile("sgd", "mse")
for n in range(60):
    history = model.fit(x[:16], y[:16], verbose=0)
