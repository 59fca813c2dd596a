# must: a PyDataset with two processes
# limit: 60
#%% cell
class Batches(keras.utils.PyDataset):
    def __len__(self): return 4
    def __getitem__(self, n): return x[16*n:16*n+16], y[16*n:16*n+16, None]
model = keras.Sequential([keras.Input((8,)), layers.Dense(8, activation='relu'), layers.Dense(1, activation='sigmoid')])
model.compile('adam', 'binary_crossentropy')
history = model.fit(Batches(workers=2, use_multiprocessing=True), epochs=2, verbose=0, shuffle=False)
