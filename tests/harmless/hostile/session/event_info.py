# must: a post_run_cell function of the user's sees the cell's error and text once
#%% setup
ran = []
get_ipython().events.register('post_run_cell', lambda result: ran.append(type(result.error_in_exec).__name__))
#%% cell
model = keras.Sequential([keras.Input((8,)), layers.Dense(1, activation='sigmoid')])
model.compile('adam', 'binary_crossentropy')
raise ValueError('mine')
#%% after
outcome = ran[:-1] if ran and ran[-1] == 'NoneType' else ran
