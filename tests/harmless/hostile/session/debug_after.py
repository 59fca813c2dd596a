# must: sys.last_value and %tb after an error are as they would be
#%% setup
import sys
#%% cell
model = keras.Sequential([keras.Input((8,)), layers.Dense(1, activation='sigmoid')])
model.compile('adam', 'binary_crossentropy')
def inner():
    raise ValueError('mine')
inner()
#%% after
import traceback
outcome = [type(sys.last_value).__name__, [f.name for f in traceback.extract_tb(sys.last_traceback)][-2:]]
