# must: a cell that diagnoses a text inside of it
# skip: printed
#%% setup
model = keras.Sequential([keras.Input((8,)), layers.Dense(1, activation='sigmoid')])
model.compile('adam', 'binary_crossentropy')
#%% cell
get_ipython().run_cell_magic('diagnose', '-q', 'history = model.fit(x, y, verbose=0)\nvalue = 5') if 'diagnose' in get_ipython().magics_manager.magics['cell'] else get_ipython().run_cell('history = model.fit(x, y, verbose=0)\nvalue = 5', store_history=False)
afterwards = 1
model.fit(x, y, verbose=0);
#%% after
outcome = [value, afterwards]
