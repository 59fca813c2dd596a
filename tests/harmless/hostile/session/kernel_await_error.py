# must: an error of a cell that awaits is shown once in a notebook
# mode: kernel
# magic: --no-trials
#%% cell
import asyncio
model = keras.Sequential([keras.Input((8,)), layers.Dense(1, activation='sigmoid')])
model.compile('adam', 'binary_crossentropy')
history = model.fit(x, y, verbose=0)
await asyncio.sleep(0)
raise ValueError('mine')
