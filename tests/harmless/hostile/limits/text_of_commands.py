# must: a cell that holds a text of 3,000 lines beginning with !
# slower: 12
# limit: 240
#%% cell
text = '''
@@"\n".join(f"!important rule {n};" for n in range(3000))@@
'''
model = keras.Sequential([keras.Input((8,)), layers.Dense(8, activation="relu"), layers.Dense(1, activation="sigmoid")])
model.compile("adam", "binary_crossentropy", metrics=["accuracy"])
history = model.fit(x, y, epochs=2, batch_size=16, verbose=0)
