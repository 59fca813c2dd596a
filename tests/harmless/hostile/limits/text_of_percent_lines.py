# must: a cell that holds a text of 4,000 lines beginning with %
# slower: 12
# limit: 240
#%% cell
text = '''
@@"\n".join(f"% remark number {n} of a long document" for n in range(4000))@@
'''
model = keras.Sequential([keras.Input((8,)), layers.Dense(8, activation="relu"), layers.Dense(1, activation="sigmoid")])
model.compile("adam", "binary_crossentropy", metrics=["accuracy"])
history = model.fit(x, y, epochs=2, batch_size=16, verbose=0)
