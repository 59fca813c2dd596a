# must: a table of 3,000 columns with long names
# slower: 14
# magic: -q -o diagnosis --budget 4 --html page.html --json page.json
# skip: files
# check: m['files']['page.html'][0] < 3_000_000
#%% setup
import pandas as pd
frame = pd.DataFrame(np.tile(x, (1, 375)) * 1e4, columns=['c%d_' % n + 'x' * 2000 for n in range(3000)])
#%% cell
model = keras.Sequential([keras.Input((3000,)), layers.Dense(1, activation="sigmoid")])
model.compile("adam", "binary_crossentropy")
history = model.fit(frame, y, epochs=1, verbose=0)
