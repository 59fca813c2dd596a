# must: a semicolon at the end of the cell hides its value
#%% cell
model = keras.Sequential([keras.Input((8,)), layers.Dense(1, activation='sigmoid')])
model.compile('adam', 'binary_crossentropy')
model.fit(x, y, verbose=0);
