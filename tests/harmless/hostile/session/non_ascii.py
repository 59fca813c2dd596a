# must: names and texts that are not ASCII
# check: not m['report'][0]['faults']
#%% cell
größe, 模型 = 8, 'модель'
model = keras.Sequential([keras.Input((größe,), name='вход'), layers.Dense(1, activation='softmax')], name='m')
model.compile('adam', 'binary_crossentropy')
history = model.fit(x, y, verbose=0)
print('✓ é \u202e', 模型)
