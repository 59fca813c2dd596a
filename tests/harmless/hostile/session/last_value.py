# must: `_` and `Out` hold the value of the cell
#%% cell
model = keras.Sequential([keras.Input((8,)), layers.Dense(1, activation='sigmoid')])
model.compile('adam', 'binary_crossentropy')
history = model.fit(x, y, verbose=0)
'the value'
#%% after
outcome = [_, sorted(map(str, Out.values()))]
