# must: a second interrupt while the first is handled
# mode: kernel
# interrupt: 3.0 3.5
# magic: --no-trials
# skip: state outputs printed
#%% setup
import time
#%% cell
model = keras.Sequential([keras.Input((8,)), layers.Dense(1, activation='sigmoid')])
model.compile('adam', 'binary_crossentropy')
try:
    model.fit(x, y, epochs=10**6, verbose=0)
except KeyboardInterrupt:
    time.sleep(5)
last = 5
#%% after
outcome = 'next'
