"""Holds a scan to bytes a second and to an end."""

import time


class Pace:
    """`rate` is bytes a second, `limit` seconds. `clock` and `sleep` are the process's unless a caller has others."""

    def __init__(self, rate, limit, clock=time.monotonic, sleep=time.sleep):
        self.rate = rate
        self.clock = clock
        self.sleep = sleep
        self.read = 0
        self.started = clock()
        self.deadline = self.started + limit

    def over(self):
        return self.clock() >= self.deadline

    def took(self, count):
        """Counts bytes that were read and sleeps until they are due, but not past the end."""
        self.read += count
        now = self.clock()
        due = min(self.started + self.read / self.rate, self.deadline)
        if due > now:
            self.sleep(due - now)
