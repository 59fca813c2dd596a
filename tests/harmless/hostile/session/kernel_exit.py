# must: `exit` in a cell ends the kernel as without the magic
# mode: kernel
# skip: outputs
# limit: 30
#%% cell
model = keras.Sequential([keras.Input((8,)), layers.Dense(1, activation='sigmoid')])
model.compile('adam', 'binary_crossentropy')
history = model.fit(x, y, verbose=0)
exit
