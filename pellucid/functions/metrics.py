"""Every metric, in one place: importing this fills `METRICS`.

`LossMetric` makes a metric of each loss.
"""

from pellucid.functions.accuracies import Accuracy as Accuracy
from pellucid.functions.accuracies import BinaryAccuracy as BinaryAccuracy
from pellucid.functions.accuracies import CategoricalAccuracy as CategoricalAccuracy
from pellucid.functions.accuracies import SignAccuracy as SignAccuracy
from pellucid.functions.accuracies import (
    SparseCategoricalAccuracy as SparseCategoricalAccuracy,
)
from pellucid.functions.accuracies import (
    SparseTopKCategoricalAccuracy as SparseTopKCategoricalAccuracy,
)
from pellucid.functions.accuracies import TopKCategoricalAccuracy as TopKCategoricalAccuracy
from pellucid.functions.confusion import BalancedAccuracy as BalancedAccuracy
from pellucid.functions.confusion import F1Score as F1Score
from pellucid.functions.confusion import FalseNegatives as FalseNegatives
from pellucid.functions.confusion import FalsePositives as FalsePositives
from pellucid.functions.confusion import FBetaScore as FBetaScore
from pellucid.functions.confusion import Precision as Precision
from pellucid.functions.confusion import Recall as Recall
from pellucid.functions.confusion import Specificity as Specificity
from pellucid.functions.confusion import TrueNegatives as TrueNegatives
from pellucid.functions.confusion import TruePositives as TruePositives
from pellucid.functions.curves import AUC as AUC
from pellucid.functions.metric import METRICS as METRICS
from pellucid.functions.metric import Metric as Metric
from pellucid.functions.operating_points import PrecisionAtRecall as PrecisionAtRecall
from pellucid.functions.operating_points import RecallAtPrecision as RecallAtPrecision
from pellucid.functions.operating_points import (
    SensitivityAtSpecificity as SensitivityAtSpecificity,
)
from pellucid.functions.operating_points import (
    SpecificityAtSensitivity as SpecificityAtSensitivity,
)
from pellucid.functions.overlap import BinaryIoU as BinaryIoU
from pellucid.functions.overlap import IoU as IoU
from pellucid.functions.overlap import MeanIoU as MeanIoU
from pellucid.functions.overlap import OneHotIoU as OneHotIoU
from pellucid.functions.overlap import OneHotMeanIoU as OneHotMeanIoU
from pellucid.functions.regression import CosineSimilarity as CosineSimilarity
from pellucid.functions.regression import LossMetric as LossMetric
from pellucid.functions.regression import R2Score as R2Score
from pellucid.functions.regression import RootMeanSquaredError as RootMeanSquaredError
