"""Keras's models: `keras.models`."""

from pellucid.keras.engine.inputs import Input as Input
from pellucid.keras.engine.model import Model as Model
from pellucid.keras.engine.sequential import Sequential as Sequential
from pellucid.keras.saving.cloning import clone_model as clone_model
from pellucid.keras.saving.reading_models import load_model as load_model
from pellucid.keras.saving.reading_models import model_from_config as model_from_config
from pellucid.keras.saving.reading_models import model_from_json as model_from_json
from pellucid.keras.saving.reading_models import model_from_yaml as model_from_yaml
from pellucid.keras.saving.writing_models import save_model as save_model

Functional = Model
