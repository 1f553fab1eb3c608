"""A process in which one contender does one task, as it is asked to, line by line.

    python benchmarks/worker.py CONTENDER TASK

Each line of standard input is a request: "train" trains one repetition, "predict N" predicts N
rows. Each is answered by a line of JSON: the seconds it took, and the loss or nothing, and the
most memory the process has held so far. The first line says that the worker is there, or what
package is missing. One contender a process: frameworks keep threads and memory of their own.
"""

import json
import os
import resource
import sys
import time

FEW_ROWS, CALLS = 100, 100  # predictions of few rows are repeated, and a call's mean given


def main() -> None:
    contender, task = sys.argv[1:]
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)  # what frameworks print is no answer

    def answer(**said: object) -> None:
        print(json.dumps(said), file=answers, flush=True)

    try:
        from contenders import CONTENDERS
        from tasks import TASKS

        asked = TASKS[task]()
        trained = CONTENDERS[contender](asked)
    except ModuleNotFoundError as missing:
        answer(missing=missing.name)
        return
    answer(missing=None)
    for line in sys.stdin:
        what, *rows = line.split()
        began, loss = time.perf_counter(), None
        if what == "train":
            loss = trained.train()
            seconds = time.perf_counter() - began
        else:
            few = int(rows[0]) <= FEW_ROWS
            x = asked.x.repeat(2, axis=0)[: int(rows[0])]
            trained.predict(x)
            began = time.perf_counter()
            for _ in range(CALLS if few else 1):
                trained.predict(x)
            seconds = (time.perf_counter() - began) / (CALLS if few else 1)
        most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
        answer(seconds=seconds, loss=loss, memory=most)


if __name__ == "__main__":
    main()
