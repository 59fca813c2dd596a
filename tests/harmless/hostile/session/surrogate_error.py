# must: an error whose message holds a lone surrogate
# magic: -q -o diagnosis --json page.json --html page.html
# skip: files printed
#%% cell
model = keras.Sequential([keras.Input((8,)), layers.Dense(1, activation='sigmoid')])
model.compile('adam', 'binary_crossentropy')
history = model.fit(x, y, verbose=0)
raise ValueError('bad \ud800 name')
