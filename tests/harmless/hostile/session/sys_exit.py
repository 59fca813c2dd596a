# must: sys.exit() says and does what it would
# fast: yes
#%% cell
model = keras.Sequential([keras.Input((8,)), layers.Dense(1, activation='sigmoid')])
model.compile('adam', 'binary_crossentropy')
history = model.fit(x, y, verbose=0)
import sys
sys.exit('enough')
