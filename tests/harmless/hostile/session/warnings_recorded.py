# must: warnings that the user records are those that would come
#%% setup
import warnings
#%% cell
model = keras.Sequential([keras.Input((8,)), layers.Dense(1, activation='sigmoid')])
model.compile('adam', 'binary_crossentropy')
with warnings.catch_warnings(record=True) as seen:
    warnings.simplefilter('always')
    warnings.warn('before')
    history = model.fit(x, y, verbose=0)
    warnings.warn('after')
found = [str(w.message) for w in seen]
#%% after
outcome = found
