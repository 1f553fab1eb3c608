"""A thread gives way where the system lets it, and works where it does not."""

import os
import threading

from pellucid.base.scheduling import give_way


def test_only_this_thread_gives_way():
    seen = []
    thread = threading.Thread(target=lambda: (give_way(), seen.append(os.sched_getscheduler(0))))
    thread.start()
    thread.join()
    assert seen == [os.SCHED_BATCH] and os.sched_getscheduler(0) != os.SCHED_BATCH


def test_a_sandbox_may_refuse(monkeypatch):
    def refuse(*_):
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr(os, "sched_setscheduler", refuse)
    give_way()
