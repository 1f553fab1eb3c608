"""The sets of data that Keras knows by name, each with its `load_data`."""

from pellucid.keras.datasets import boston_housing as boston_housing
from pellucid.keras.datasets import california_housing as california_housing
from pellucid.keras.datasets import cifar10 as cifar10
from pellucid.keras.datasets import cifar100 as cifar100
from pellucid.keras.datasets import fashion_mnist as fashion_mnist
from pellucid.keras.datasets import imdb as imdb
from pellucid.keras.datasets import mnist as mnist
from pellucid.keras.datasets import reuters as reuters
