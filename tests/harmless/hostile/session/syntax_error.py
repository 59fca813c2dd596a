# must: a cell with a syntax error says what it would
#%% cell
model = keras.Sequential([
model.fit(x, y
