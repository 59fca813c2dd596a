# must: a front end to which nothing can be sent costs no cell
# mode: kernel
# magic: --no-trials
# skip: outputs printed
#%% setup
publish = get_ipython().display_pub.publish
def broken(*a, **k): raise OSError('no front end')
get_ipython().display_pub.publish = broken
#%% cell
model = keras.Sequential([keras.Input((8,)), layers.Dense(8, activation="relu"), layers.Dense(1, activation="softmax")])
model.compile("adam", "binary_crossentropy", metrics=["accuracy"])
history = model.fit(x, y, epochs=3, batch_size=16, verbose=0)
last = 5
#%% after
get_ipython().display_pub.publish = publish; outcome = last
