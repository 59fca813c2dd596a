# must: the next error of any cell is shown
#%% setup
get_ipython().set_custom_exc((ValueError,), lambda shell, kind, value, tb, tb_offset=None: None)
#%% cell
model = keras.Sequential([keras.Input((8,)), layers.Dense(1, activation='sigmoid')])
model.compile('adam', 'binary_crossentropy')
raise ValueError('mine')
#%% after
get_ipython().set_custom_exc((), None)
raise KeyError('shown')
