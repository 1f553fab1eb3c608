"""Optimizers: settings, and pure functions from gradients to updates.

Importing this package fills `OPTIMIZERS`.
"""

from pellucid.optimizers.adam import Adam as Adam
from pellucid.optimizers.adam import Adamax as Adamax
from pellucid.optimizers.adam import AdamW as AdamW
from pellucid.optimizers.adam import Nadam as Nadam
from pellucid.optimizers.adaptive import Adadelta as Adadelta
from pellucid.optimizers.adaptive import Adagrad as Adagrad
from pellucid.optimizers.adaptive import RMSprop as RMSprop
from pellucid.optimizers.foreign import Foreign as Foreign
from pellucid.optimizers.foreign import as_optimizer as as_optimizer
from pellucid.optimizers.ftrl import Ftrl as Ftrl
from pellucid.optimizers.lion import Lion as Lion
from pellucid.optimizers.muon import Muon as Muon
from pellucid.optimizers.optimizer import OPTIMIZERS as OPTIMIZERS
from pellucid.optimizers.optimizer import Optimizer as Optimizer
from pellucid.optimizers.scaled import Adafactor as Adafactor
from pellucid.optimizers.scaled import Lamb as Lamb
from pellucid.optimizers.schedule_free import ScheduleFreeAdamW as ScheduleFreeAdamW
from pellucid.optimizers.sgd import SGD as SGD
