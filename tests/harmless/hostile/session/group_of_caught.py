# must: an exception group of errors caught around several fits shows no frames of ours
# fast: yes
#%% setup
model = keras.Sequential([keras.Input((8,)), layers.Dense(1, activation='sigmoid')])
model.compile('adam', 'binary_crossentropy')
keras.config.disable_traceback_filtering()
#%% cell
errors = []
for n in range(2):
    try:
        model.fit(x[:, :3], y, verbose=0)
    except Exception as error:
        errors.append(error)
raise ExceptionGroup("several", errors)
