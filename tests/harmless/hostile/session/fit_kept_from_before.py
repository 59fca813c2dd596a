# must: a `fit` that an earlier cell took hold of (train = model.fit) is seen, or the report does not say that nothing was trained
# fast: yes
# check: 'No Keras model was trained' not in m['report'][0]['headline']
#%% setup
model = keras.Sequential([keras.Input((8,)), layers.Dense(8, activation='relu'), layers.Dense(1, activation='sigmoid')])
model.compile('adam', 'binary_crossentropy')
train = model.fit
#%% cell
history = train(x, y, verbose=0)
