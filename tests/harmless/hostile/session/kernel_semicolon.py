# must: a semicolon hides the value of the cell in a notebook
# fast: yes
# mode: kernel
# magic: --no-trials
#%% cell
model = keras.Sequential([keras.Input((8,)), layers.Dense(1, activation='sigmoid')])
model.compile('adam', 'binary_crossentropy')
model.fit(x, y, verbose=0);
