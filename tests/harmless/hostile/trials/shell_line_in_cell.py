# must: a shell line and a line magic in the cell run once
# magic: -q -o diagnosis --budget 15
#%% cell
!echo built >> log.txt
%env MINE=set
model = keras.Sequential([keras.Input((8,)), layers.Dense(8, activation="relu"), layers.Dense(1, activation="softmax")])
model.compile("adam", "binary_crossentropy", metrics=["accuracy"])
history = model.fit(x, y, epochs=3, batch_size=16, verbose=0)
#%% after
outcome = open("log.txt").read().count("built")
