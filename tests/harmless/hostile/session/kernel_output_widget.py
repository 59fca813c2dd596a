# must: a cell that trains inside of an Output widget prints there what it would
# mode: kernel
# magic: --no-trials
# skip: outputs
#%% setup
import ipywidgets as widgets
#%% cell
model = keras.Sequential([keras.Input((8,)), layers.Dense(1, activation='sigmoid')])
model.compile('adam', 'binary_crossentropy')
box = widgets.Output()
with box:
    print('mine')
    history = model.fit(x, y, verbose=0)
#%% after
outcome = [one.get('text', '') for one in box.outputs if one['output_type'] == 'stream']
