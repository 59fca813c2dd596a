# must: an error of the cell is shown once in a notebook, with the traceback of the plain cell
# mode: kernel
# magic: --no-trials
#%% cell
model = keras.Sequential([keras.Input((8,)), layers.Dense(1, activation='sigmoid')])
model.compile('adam', 'binary_crossentropy')
history = model.fit(x, y, verbose=0)
def inner():
    raise ValueError('mine')
inner()
