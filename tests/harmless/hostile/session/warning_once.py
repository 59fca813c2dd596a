# must: a warning that is shown once is shown once
# fast: yes
#%% setup
import warnings
warnings.resetwarnings()
#%% cell
for n in range(3):
    warnings.warn("old way", FutureWarning)
    model = keras.Sequential([keras.Input((8,)), layers.Dense(1, activation='sigmoid')])
    model.compile('adam', 'binary_crossentropy')
    model.fit(x, y, verbose=0)
