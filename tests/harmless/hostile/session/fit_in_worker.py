# must: a training in a thread that the cell waits for is looked at and comes out as without the magic
# check: m['report'][0]['batches'] > 0 and not m['report'][0]['faults']
#%% setup
model = keras.Sequential([keras.Input((8,)), layers.Dense(8, activation='relu'), layers.Dense(1, activation='sigmoid')])
model.compile('adam', 'binary_crossentropy')
import concurrent.futures
#%% cell
with concurrent.futures.ThreadPoolExecutor(1) as pool:
    history = pool.submit(lambda: model.fit(x, y, epochs=2, verbose=0)).result()
