"""The public names, for type checkers and editors."""

from pellucid import data as data
from pellucid import estimators as estimators
from pellucid import experiments as experiments
from pellucid import functions as functions
from pellucid import keras as keras
from pellucid import layers as layers
from pellucid import optimizers as optimizers
from pellucid import plots as plots
from pellucid.data.open_stream import open_stream as open_stream
from pellucid.data.sources import open_data as open_data
from pellucid.experiments.action import training_in_action as training_in_action
from pellucid.experiments.approximation import approximate as approximate
from pellucid.experiments.comparing import compare as compare
from pellucid.experiments.comparing import compare_runs as compare_runs
from pellucid.experiments.experiment import Experiment as Experiment
from pellucid.experiments.fading import fading as fading
from pellucid.experiments.folder import open_run as open_run
from pellucid.experiments.regimes import compare_regimes as compare_regimes
from pellucid.experiments.running import run as run
from pellucid.inspection.inspection import Inspection as Inspection
from pellucid.lab.opening import OpenLab as OpenLab
from pellucid.lab.opening import open_lab as open_lab
from pellucid.layers.input import Input as Input
from pellucid.models.activation_functions import (
    plot_activation_functions as plot_activation_functions,
)
from pellucid.models.bench import bench as bench
from pellucid.models.boltzmann import RBM as RBM
from pellucid.models.ensemble import ensemble as ensemble
from pellucid.models.gradient_cloud import gradient_cloud as gradient_cloud
from pellucid.models.importing import load_onnx as load_onnx
from pellucid.models.label_noise import find_label_noise as find_label_noise
from pellucid.models.loading import load as load
from pellucid.models.logic import logic as logic
from pellucid.models.model import Model as Model
from pellucid.models.one_batch import overfit_batch as overfit_batch
from pellucid.models.perceptron import perceptron as perceptron
from pellucid.models.perceptron import truth_table as truth_table
from pellucid.models.perceptron_rule import perceptron_rule as perceptron_rule
from pellucid.models.pretraining import Stack as Stack
from pellucid.models.pretraining import pretrain as pretrain
from pellucid.models.rate_range import learning_rate_range as learning_rate_range
from pellucid.models.resuming import Checkpoints as Checkpoints
from pellucid.models.separability import separability as separability
from pellucid.models.sequential import Sequential as Sequential
from pellucid.models.surface import loss_surface as loss_surface
from pellucid.models.threshold import choose_threshold as choose_threshold
from pellucid.models.trackers.lines import CSVLogger as CSVLogger
from pellucid.models.trackers.lines import JSONLogger as JSONLogger
from pellucid.models.trackers.services import MlflowCallback as MlflowCallback
from pellucid.models.trackers.services import TrackioLogger as TrackioLogger
from pellucid.models.trackers.services import WandbMetricsLogger as WandbMetricsLogger
from pellucid.models.trackers.tensorboard import TensorBoard as TensorBoard
from pellucid.training.callbacks import Callback as Callback
from pellucid.training.rules import EarlyStopping as EarlyStopping
from pellucid.training.rules import ReduceLROnPlateau as ReduceLROnPlateau
from pellucid.training.rules import TerminateOnNaN as TerminateOnNaN
from pellucid.training.signals import signal_history as signal_history
from pellucid.training.watch import Watch as Watch

__version__: str
