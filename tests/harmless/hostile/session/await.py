# must: a cell that awaits, with a task of the user's beside it
# mode: kernel
# magic: --no-trials
# skip: outputs
#%% setup
import asyncio
seen = []
#%% cell
async def ticks():
    for n in range(5):
        seen.append(n); await asyncio.sleep(0.01)
task = asyncio.ensure_future(ticks())
model = keras.Sequential([keras.Input((8,)), layers.Dense(8, activation="relu"), layers.Dense(1, activation="sigmoid")])
model.compile("adam", "binary_crossentropy", metrics=["accuracy"])
history = model.fit(x, y, epochs=2, batch_size=16, verbose=0)
await asyncio.sleep(0.2)
await task
#%% after
outcome = seen
