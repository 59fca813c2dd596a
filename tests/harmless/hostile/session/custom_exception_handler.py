# must: a handler that the user set by set_custom_exc is called once
# fast: yes
#%% setup
calls = []
get_ipython().set_custom_exc((ValueError,), lambda shell, kind, value, tb, tb_offset=None: calls.append(str(value)))
#%% cell
model = keras.Sequential([keras.Input((8,)), layers.Dense(1, activation='sigmoid')])
model.compile('adam', 'binary_crossentropy')
history = model.fit(x, y, verbose=0)
raise ValueError('mine')
#%% after
outcome = list(calls)
get_ipython().set_custom_exc((), None)
