# must: a hook of the user's for displays (register_hook) sees no messages but those of the cell and the report
# mode: kernel
# magic: --no-trials
# skip: outputs seen.value
#%% setup
from IPython.display import display
seen = []
get_ipython().display_pub.register_hook(lambda message: (seen.append(message['msg_type']), message)[1])
#%% cell
model = keras.Sequential([keras.Input((8,)), layers.Dense(8, activation="relu"), layers.Dense(1, activation="softmax")])
model.compile("adam", "binary_crossentropy", metrics=["accuracy"])
history = model.fit(x, y, epochs=3, batch_size=16, verbose=0)
display('mine')
#%% after
outcome = len([1 for s in seen if s == 'stream'])
