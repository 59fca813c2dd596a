# must: chained exceptions come out as they are
#%% cell
model = keras.Sequential([keras.Input((8,)), layers.Dense(1, activation='sigmoid')])
model.compile('adam', 'binary_crossentropy')
try:
    model.fit(x[:, :3], y, verbose=0)
except Exception as error:
    raise RuntimeError('mine') from error
