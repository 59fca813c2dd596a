# must: after a fit whose first step raises op by op, model and optimizer are as without the magic
#%% cell
class Own(layers.Layer):
    def call(self, inputs):
        raise OSError('mine')
model = keras.Sequential([keras.Input((8,)), layers.Dense(4), Own(), layers.Dense(1)])
model.compile('adam', 'mse', run_eagerly=True)
model.fit(x, y, verbose=0)
#%% after
outcome = 1
