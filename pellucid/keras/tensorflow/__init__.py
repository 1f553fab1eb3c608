"""The little of TensorFlow that Keras scripts touch besides Keras.

`names.py` is the whole list: a name of TensorFlow's, and where what it stands for is found.
What no room of pellucid has already is in the other files here.
"""
