# must: data that raises at the second pass raises there
# skip: printed
#%% cell
class Batches(keras.utils.PyDataset):
    passes = 0
    def __len__(self): return 3
    def __getitem__(self, n):
        if self.passes and n == 1:
            raise OSError("the disk is gone")
        return x[16*n:16*n+16], y[16*n:16*n+16, None]
    def on_epoch_end(self): self.passes += 1
model = keras.Sequential([keras.Input((8,)), layers.Dense(1)])
model.compile("sgd", "mse")
history = model.fit(Batches(), epochs=3, verbose=0, shuffle=False)
