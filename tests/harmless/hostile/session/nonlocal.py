# must: a cell with global and nonlocal
#%% cell
def outer():
    count = 0
    def inner():
        nonlocal count
        global total
        count += 1; total = count
        model.fit(x, y, verbose=0)
    inner(); inner()
    return count
model = keras.Sequential([keras.Input((8,)), layers.Dense(1, activation='sigmoid')])
model.compile('adam', 'binary_crossentropy')
made_count = outer()
#%% after
outcome = [made_count, total]
