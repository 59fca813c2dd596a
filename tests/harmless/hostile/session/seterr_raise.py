# must: np.seterr(all='raise') hinders neither
# fast: yes
# check: not m['report'][0]['faults'] and m['report'][0]['batches'] > 0
#%% setup
np.seterr(all='raise')
#%% cell
model = keras.Sequential([keras.Input((8,)), layers.Dense(8, activation="relu"), layers.Dense(1, activation="softmax")])
model.compile("adam", "binary_crossentropy", metrics=["accuracy"])
history = model.fit(x * 1e30, y, epochs=3, batch_size=16, verbose=0)
#%% after
np.seterr(all='warn')
