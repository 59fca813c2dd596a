# must: an exception with a message of 5 MB comes out as it is
#%% cell
model = keras.Sequential([keras.Input((8,)), layers.Dense(1, activation='sigmoid')])
model.compile('adam', 'binary_crossentropy')
raise AssertionError('x' * 5_000_000)
