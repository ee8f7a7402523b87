"""Waiting for something that another process does, with a bound."""

import time


def until(condition, what, seconds=10.0, every=0.05):
    """Returns the first true answer of `condition`; fails with `what` when there is none in time."""
    deadline = time.monotonic() + seconds
    while True:
        answer = condition()
        if answer:
            return answer
        if time.monotonic() > deadline:
            raise AssertionError(f"waited {seconds} s in vain for {what}; the last answer was {answer!r}")
        time.sleep(every)
