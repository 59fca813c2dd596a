# must: a cell that catches stdout with capture_output of IPython catches what it prints
# magic: --no-trials
# skip: printed
#%% setup
from IPython.utils.capture import capture_output
#%% cell
model = keras.Sequential([keras.Input((8,)), layers.Dense(1, activation='sigmoid')])
model.compile('adam', 'binary_crossentropy')
with capture_output() as page:
    print('mine')
    history = model.fit(x, y, verbose=0)
caught = page.stdout
#%% after
outcome = caught
