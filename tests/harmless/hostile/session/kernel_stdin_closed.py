# must: input() in a front end that allows none raises what it would
# mode: kernel
# magic: --no-trials
# skip: printed
#%% cell
model = keras.Sequential([keras.Input((8,)), layers.Dense(1, activation='sigmoid')])
model.compile('adam', 'binary_crossentropy')
history = model.fit(x, y, verbose=0)
input('name?')
