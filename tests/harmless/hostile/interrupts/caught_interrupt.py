# must: an interrupt that the cell catches around fit lets it go on, as without the magic
# mode: kernel
# interrupt: 3.0
# magic: --no-trials
# skip: state outputs
#%% cell
model = keras.Sequential([keras.Input((8,)), layers.Dense(1, activation='sigmoid')])
model.compile('adam', 'binary_crossentropy')
try:
    model.fit(x, y, epochs=10**6, verbose=0)
except KeyboardInterrupt:
    print('caught')
last = 5
#%% after
outcome = last
