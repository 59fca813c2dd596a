# must: after a fit whose layer raises in its call, model and optimizer are as without the magic
#%% setup
seen = []
#%% cell
class Own(layers.Layer):
    def call(self, inputs):
        if len(seen) > 2:
            raise OSError('mine')
        seen.append(1)
        return inputs
model = keras.Sequential([layers.Dense(4), Own(), layers.Dense(1)])
model.compile('adam', 'mse')
model.fit(x, y, verbose=0)
#%% after
outcome = [model.built, model.optimizer.built, len(seen)]
