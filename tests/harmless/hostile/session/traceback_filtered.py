# must: a traceback that the user prints, with Keras's filter on, is that of the plain cell
#%% setup
model = keras.Sequential([keras.Input((8,)), layers.Dense(1, activation='sigmoid')])
model.compile('adam', 'binary_crossentropy')
import traceback
#%% cell
try:
    model.fit(x[:, :3], y, verbose=0)
except Exception:
    told = traceback.format_exc()
#%% after
outcome = ['/nbdoctor/' in told, told.count('File ')]
