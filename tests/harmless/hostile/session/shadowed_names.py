# must: a notebook that uses names of libraries and of Python for things of its own is diagnosed all the same
# skip: state
# check: not m['report'][0]['faults']
#%% setup
len_, print_ = len, print
model = keras.Sequential([keras.Input((8,)), layers.Dense(8, activation='relu'), layers.Dense(1, activation='softmax')])
model.compile('adam', 'binary_crossentropy')
#%% cell
np, keras_, tf, layers, random, type, isinstance, open, display, get_ipython = 1, 2, 3, 4, 5, 6, 7, 8, 9, 10
history = model.fit(x, y, epochs=2, verbose=0)
keras = 'mine'
