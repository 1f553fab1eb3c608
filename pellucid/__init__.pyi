"""The public names, for type checkers and editors."""

from pellucid import data as data
from pellucid import experiments as experiments
from pellucid import functions as functions
from pellucid import keras as keras
from pellucid import layers as layers
from pellucid import optimizers as optimizers
from pellucid import plots as plots
from pellucid.data.sources import open_data as open_data
from pellucid.experiments.experiment import Experiment as Experiment
from pellucid.experiments.folder import open_run as open_run
from pellucid.experiments.running import run as run
from pellucid.layers.input import Input as Input
from pellucid.models.loading import load as load
from pellucid.models.model import Model as Model
from pellucid.models.perceptron import perceptron as perceptron
from pellucid.models.perceptron import truth_table as truth_table
from pellucid.models.sequential import Sequential as Sequential
from pellucid.training.callbacks import Callback as Callback
from pellucid.training.rules import EarlyStopping as EarlyStopping
from pellucid.training.rules import ReduceLROnPlateau as ReduceLROnPlateau
from pellucid.training.rules import TerminateOnNaN as TerminateOnNaN
from pellucid.training.watch import Watch as Watch

__version__: str
