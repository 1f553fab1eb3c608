"""Keras's callbacks: what acts while a model trains, and `History`, what `fit` returns."""

from pellucid.keras.callbacks.backup_and_restore import BackupAndRestore as BackupAndRestore
from pellucid.keras.callbacks.callback import Callback as Callback
from pellucid.keras.callbacks.callback_list import CallbackList as CallbackList
from pellucid.keras.callbacks.csv_logger import CSVLogger as CSVLogger
from pellucid.keras.callbacks.early_stopping import EarlyStopping as EarlyStopping
from pellucid.keras.callbacks.history import History as History
from pellucid.keras.callbacks.lambda_callback import LambdaCallback as LambdaCallback
from pellucid.keras.callbacks.learning_rate_scheduler import (
    LearningRateScheduler as LearningRateScheduler,
)
from pellucid.keras.callbacks.model_checkpoint import ModelCheckpoint as ModelCheckpoint
from pellucid.keras.callbacks.monitor_callback import MonitorCallback as MonitorCallback
from pellucid.keras.callbacks.progbar_logger import ProgbarLogger as ProgbarLogger
from pellucid.keras.callbacks.reduce_lr_on_plateau import ReduceLROnPlateau as ReduceLROnPlateau
from pellucid.keras.callbacks.refused import OrbaxCheckpoint as OrbaxCheckpoint
from pellucid.keras.callbacks.refused import RemoteMonitor as RemoteMonitor
from pellucid.keras.callbacks.swap_ema_weights import SwapEMAWeights as SwapEMAWeights
from pellucid.keras.callbacks.tensorboard import TensorBoard as TensorBoard
from pellucid.keras.callbacks.terminate_on_nan import TerminateOnNaN as TerminateOnNaN
