"""A user's own loss in Keras's signature, as one of the core."""

from typing import ClassVar

from pellucid.base.config import config
from pellucid.functions import own_loss


@config
class OwnLoss(own_loss.OwnLoss):
    """Calls `function(y_true, y_pred)`; y comes as the user gave it, in the output's type."""

    targets: ClassVar[str] = "any"
