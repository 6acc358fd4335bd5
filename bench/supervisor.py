"""Runs a command and answers what it, and everything that ever started below it, has used.

    python supervisor.py all|own LOG COMMAND...

Linux only. The supervisor is the reaper of everything below it (PR_SET_CHILD_SUBREAPER), so that a plugin or a database that
left its parent stays in the account: what has ended counts by getrusage of the reaped, what lives by /proc. One JSON line per
answer on standard output:

    {"started": pid}                     at once
    {"mark": {...}}                      for each line "mark" on standard input
    {"ended": code, "mark": {...}}       when the command has ended and nothing below it lives any more

A mark holds `cpuSeconds` since the start, and the greatest `pssBytes` (of all together; 0 with "own") and `rssBytes` (of the
command's own process) since the mark before. "own" is for measuring delays: to read the pages of some forty processes holds up each of
them. "stop" sends SIGTERM to the command; the end of standard input kills everything.
"""

import ctypes
import json
import os
import resource
import signal
import sys
import threading
import time

PR_SET_CHILD_SUBREAPER = 36
# Reading a process's pages costs about a millisecond, which the side's wall clock pays.
SAMPLE_SECONDS = 1
LEAVE_SECONDS = 10
TICKS = os.sysconf("SC_CLK_TCK")
PAGE = os.sysconf("SC_PAGE_SIZE")


def stat_of(pid):
    """Parent and CPU seconds (with those of its own reaped children) of a living process."""
    with open(f"/proc/{pid}/stat") as file:
        fields = file.read().rpartition(")")[2].split()
    return int(fields[1]), sum(int(field) for field in fields[11:15]) / TICKS


def descendants():
    children, seconds = {}, {}
    for name in os.listdir("/proc"):
        if not name.isdigit():
            continue
        try:
            parent, used = stat_of(name)
        except (FileNotFoundError, ProcessLookupError):
            continue
        children.setdefault(parent, []).append(int(name))
        seconds[int(name)] = used
    found, open_ = {}, [os.getpid()]
    while open_:
        for pid in children.get(open_.pop(), []):
            found[pid] = seconds[pid]
            open_.append(pid)
    return found


def cpu_seconds():
    reaped = resource.getrusage(resource.RUSAGE_CHILDREN)
    return reaped.ru_utime + reaped.ru_stime + sum(descendants().values())


def pss_of(pid):
    try:
        with open(f"/proc/{pid}/smaps_rollup") as file:
            for line in file:
                if line.startswith("Pss:"):
                    return int(line.split()[1]) * 1024
    except (FileNotFoundError, ProcessLookupError, PermissionError):
        pass
    return 0


def rss_of(pid):
    try:
        with open(f"/proc/{pid}/statm") as file:
            return int(file.read().split()[1]) * PAGE
    except (FileNotFoundError, ProcessLookupError):
        return 0


class Peaks:
    def __init__(self, command, of_all):
        self.command, self.of_all, self.lock = command, of_all, threading.Lock()
        self.pss = self.rss = 0

    def sample(self):
        pss = sum(pss_of(pid) for pid in descendants()) if self.of_all else 0
        rss = rss_of(self.command)
        with self.lock:
            self.pss, self.rss = max(self.pss, pss), max(self.rss, rss)

    def take(self):
        self.sample()
        with self.lock:
            taken = {"pssBytes": self.pss, "rssBytes": self.rss}
            self.pss = self.rss = 0
        return taken


def tell(line):
    sys.stdout.write(json.dumps(line) + "\n")
    sys.stdout.flush()


def kill(pids):
    for pid in pids:
        try:
            os.kill(pid, signal.SIGKILL)
        except ProcessLookupError:
            pass


def main():
    peaks_of, log, *command = sys.argv[1:]
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) != 0:
        raise OSError(ctypes.get_errno(), "becoming the reaper of what the command starts")
    output = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
    pid = os.posix_spawnp(
        command[0],
        command,
        os.environ,
        file_actions=[
            (os.POSIX_SPAWN_OPEN, 0, "/dev/null", os.O_RDONLY, 0),
            (os.POSIX_SPAWN_DUP2, output, 1),
            (os.POSIX_SPAWN_DUP2, output, 2),
        ],
    )
    tell({"started": pid})
    peaks = Peaks(pid, peaks_of == "all")

    def sample():
        while True:
            time.sleep(SAMPLE_SECONDS)
            peaks.sample()

    def listen():
        for line in sys.stdin:
            if line.strip() == "mark":
                tell({"mark": {"cpuSeconds": cpu_seconds(), **peaks.take()}})
            elif line.strip() == "stop":
                os.kill(pid, signal.SIGTERM)
        kill(descendants())

    for task in (sample, listen):
        threading.Thread(target=task, daemon=True).start()

    code, leave_by = None, None
    while True:
        try:
            ended, status = os.waitpid(-1, os.WNOHANG if code is not None else 0)
        except ChildProcessError:
            break
        if ended == pid:
            code, leave_by = os.waitstatus_to_exitcode(status), time.monotonic() + LEAVE_SECONDS
            tell({"exited": code})
        elif ended == 0:
            if time.monotonic() > leave_by:
                kill(descendants())
            time.sleep(0.02)
    tell({"ended": code, "mark": {"cpuSeconds": cpu_seconds(), "pssBytes": peaks.pss, "rssBytes": peaks.rss}})


main()
