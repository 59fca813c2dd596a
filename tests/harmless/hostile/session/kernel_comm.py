# must: comms and displays with ids of the user's work
# mode: kernel
# magic: --no-trials
#%% cell
handle = display('one', display_id=True)
model = keras.Sequential([keras.Input((8,)), layers.Dense(1, activation='sigmoid')])
model.compile('adam', 'binary_crossentropy')
history = model.fit(x, y, verbose=0)
handle.update('two')
