"""What the doctor says of every fit while something runs.

python tests/overhearing.py SCRIPT [ARGUMENTS]     prints it as one line of JSON, at the end
"""

import json
import runpy
import sys
from contextlib import contextmanager

from pellucid.doctor.session import Doctor


@contextmanager
def overhearing():
    """Give a list that fills with the findings of each fit that ends, in order."""
    after, heard = Doctor.after, []

    def overheard(doctor, *arguments, **more):
        after(doctor, *arguments, **more)
        heard.append(doctor.findings)

    Doctor.after = overheard
    try:
        yield heard
    finally:
        Doctor.after = after


def main(script, *arguments):
    """Run a script as a program of its own."""
    sys.argv = [script, *arguments]
    with overhearing() as heard:
        runpy.run_path(script, run_name="__main__")
    told = [[finding.to_json() for finding in findings] for findings in heard]
    sys.stdout.write(f"\n{json.dumps(told)}\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
