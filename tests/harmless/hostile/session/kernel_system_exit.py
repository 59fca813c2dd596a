# must: SystemExit in a notebook
# mode: kernel
# magic: --no-trials
#%% cell
model = keras.Sequential([keras.Input((8,)), layers.Dense(1, activation='sigmoid')])
model.compile('adam', 'binary_crossentropy')
history = model.fit(x, y, verbose=0)
raise SystemExit('enough')
#%% after
outcome = 'next'
