# must: after a fit whose first step cannot be traced, model and optimizer are as without the magic
#%% cell
model = keras.Sequential([keras.Input((8,)), layers.Dense(4, activation='relu'), layers.Dense(3, activation='softmax')])
model.compile('adam', 'categorical_crossentropy')
model.fit(x, y, verbose=0)
#%% after
outcome = [model.optimizer.built, len(model.optimizer.variables), model.train_function is None]
