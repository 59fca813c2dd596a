# must: two models trained in two threads that the cell waits for come out as without the magic
# check: not m['report'][0]['faults']
#%% setup
model = keras.Sequential([keras.Input((8,)), layers.Dense(8, activation='relu'), layers.Dense(1, activation='sigmoid')])
model.compile('adam', 'binary_crossentropy')
other = keras.models.clone_model(model); other.compile('sgd', 'mse')
import concurrent.futures
#%% cell
with concurrent.futures.ThreadPoolExecutor(2) as pool:
    ended = list(pool.map(lambda m: m.fit(x, y, epochs=30, batch_size=4, verbose=0, shuffle=False).history['loss'][-1], [model, other]))
#%% after
outcome = ended
