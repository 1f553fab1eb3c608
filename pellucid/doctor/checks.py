"""All checks: importing this files them."""

from pellucid.doctor import capacity as capacity
from pellucid.doctor import classes as classes
from pellucid.doctor import course as course
from pellucid.doctor import finiteness as finiteness
from pellucid.doctor import leaks as leaks
from pellucid.doctor import measures as measures
from pellucid.doctor import missing as missing
from pellucid.doctor import noise as noise
from pellucid.doctor import outliers as outliers
from pellucid.doctor import pairing as pairing
from pellucid.doctor import scaling as scaling
from pellucid.doctor import setup as setup
from pellucid.doctor import shift as shift
from pellucid.doctor import sizes as sizes
from pellucid.doctor import symptoms as symptoms
