"""The one place that names what Keras keeps to itself.

Keras promises nothing of its private attributes and of the modules in `keras.src`. So each is read
by a function of this package, which says what is lost where a version of Keras does not have it:
either what it tells stays unknown, or `MissingNameError` is raised, and the part of nbdoctor that
asked says that it could not be examined. No cell depends on any of them.
"""
