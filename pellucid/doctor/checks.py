"""All checks: importing this files them."""

from pellucid.doctor import course as course
from pellucid.doctor import pairing as pairing
from pellucid.doctor import setup as setup
from pellucid.doctor import symptoms as symptoms
