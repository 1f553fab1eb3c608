"""A valid example of every optimizer, no setting of its own at its default."""

from pellucid.optimizers import (
    SGD,
    Adadelta,
    Adagrad,
    Adam,
    Adamax,
    AdamW,
    Lion,
    Nadam,
    RMSprop,
)

# the learning rates are those that bring each down a bowl in a few hundred steps
CASES = {
    "sgd": SGD(0.05, momentum=0.8, nesterov=True),
    "rmsprop": RMSprop(0.01, rho=0.8, momentum=0.5, epsilon=1e-5, centered=True),
    "adagrad": Adagrad(0.5, initial_accumulator_value=0.3, epsilon=1e-5),
    "adadelta": Adadelta(0.7, rho=0.9, epsilon=1e-5),
    "adam": Adam(0.05, beta_1=0.8, beta_2=0.98, epsilon=1e-5, amsgrad=True),
    "adamw": AdamW(0.05, 0.02, beta_1=0.8, beta_2=0.98, epsilon=1e-5, amsgrad=True),
    "adamax": Adamax(0.05, beta_1=0.8, beta_2=0.98, epsilon=1e-5),
    "nadam": Nadam(0.05, beta_1=0.8, beta_2=0.98, epsilon=1e-5),
    "lion": Lion(0.005, beta_1=0.8, beta_2=0.95),
}
