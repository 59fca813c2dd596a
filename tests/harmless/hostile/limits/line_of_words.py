# must: a cell that holds a line of 200,000 words
# slower: 12
# limit: 200
#%% cell
text = '''
@@"word " * 200_000@@
'''
model = keras.Sequential([keras.Input((8,)), layers.Dense(8, activation="relu"), layers.Dense(1, activation="sigmoid")])
model.compile("adam", "binary_crossentropy", metrics=["accuracy"])
history = model.fit(x, y, epochs=2, batch_size=16, verbose=0)
