"""The table of Keras's layers and models, by the names that files and scripts have for them."""

from pellucid.keras.engine.objects.rooms import Room

LAYERS = Room("layer", "layers")
MODELS = Room("model", "models")
