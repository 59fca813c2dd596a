# must: columns whose names hold a lone surrogate
# magic: -q -o diagnosis --budget 4 --html page.html --json page.json
# skip: files
# check: not m['report'][0]['faults']
#%% setup
import pandas as pd
frame = pd.DataFrame(x * 1e5, columns=['\ud800%d' % n for n in range(8)])
#%% cell
model = keras.Sequential([keras.Input((8,)), layers.Dense(1, activation='softmax')])
model.compile('adam', 'binary_crossentropy')
history = model.fit(frame, y, epochs=2, verbose=0)
