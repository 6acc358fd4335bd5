"""Runs clamscan over folders until a time limit and reads what it says."""

import os
import re
import subprocess
import tempfile

from host import Stop

COUNTED = re.compile(rb"^(Scanned files|Infected files|Total errors|Data read): ([0-9]+)")
FOUND = b" FOUND"
# What it calls a file that it did not scan to the end, with --alert-exceeds-max, and OK without (clamscan's manual page).
LIMITED = "Heuristics.Limits.Exceeded"
SUMMARY = b"----------- SCAN SUMMARY -----------"


class Result:
    def __init__(self):
        self.infected = []
        self.skipped = []
        self.scanned = 0
        self.errors = 0
        self.ended = False
        self.code = None
        self.complaint = ""


def command(folder, roots, excluded, most_file_mib):
    """Stays on the file systems of `roots` and follows no symbolic links. ClamAV scans no file above the limit, and says so."""
    size = "%dM" % most_file_mib
    options = [
        "clamscan",
        "--recursive=yes",
        "--infected",
        "--cross-fs=no",
        "--follow-dir-symlinks=0",
        "--follow-file-symlinks=0",
        "--max-filesize=" + size,
        "--max-scansize=" + size,
        "--alert-exceeds-max=yes",
        "--database=" + folder,
    ]
    # Patterns of ClamAV are POSIX extended regular expressions.
    for path in sorted(excluded):
        literal = re.sub(r"([\\.^$*+?(){}|\[\]])", r"\\\1", os.fsdecode(path))
        options.append("--exclude-dir=^%s(/|$)" % literal)
        options.append("--exclude=^%s$" % literal)
    return options + ["--"] + [os.fsdecode(root) for root in roots]


def scan(arguments, seconds, wait=subprocess.Popen.wait):
    """Runs clamscan for at most `seconds`; what it found by then counts. It ends with 0 (clean), 1 (infected) or 2 (errors)."""
    result = Result()
    with tempfile.TemporaryFile() as output, tempfile.TemporaryFile() as errors:
        try:
            # It stays in the process group of the script, which is what the agent kills.
            running = subprocess.Popen(arguments, stdin=subprocess.DEVNULL, stdout=output, stderr=errors)
        except FileNotFoundError:
            raise Stop("clamscan is not installed; install the package clamav and run the document again")
        try:
            result.code = wait(running, timeout=seconds)
            result.ended = True
        except subprocess.TimeoutExpired:
            pass
        finally:
            if running.poll() is None:
                end(running)
        output.seek(0)
        read(output.read(), result)
        errors.seek(0)
        complaint = errors.read().decode("utf-8", "replace").strip().splitlines() or ["no message"]
        result.complaint = complaint[-1][:500]
    return result


def end(running):
    running.terminate()
    try:
        running.wait(timeout=10)
    except subprocess.TimeoutExpired:
        running.kill()
        running.wait()


def read(output, result):
    """Reads `path: Signature FOUND` records and the summary. Names may hold line breaks, and what looks like a record: a line that
    begins with no slash belongs to the one before, and a record that does not end with FOUND to the next."""
    at = output.rfind(SUMMARY)
    body, summary = (output[:at], output[at:]) if at >= 0 else (output, b"")
    records = []
    for line in body.rstrip(b"\n").split(b"\n"):
        if records and not (line.startswith(b"/") and records[-1].endswith(FOUND)):
            records[-1] += b"\n" + line
        else:
            records.append(line)
    for record in records:
        path, _, name = record[: -len(FOUND)].rpartition(b": ")
        if record.endswith(FOUND) and path.startswith(b"/"):
            name = name.decode("utf-8", "replace")
            (result.skipped if name.startswith(LIMITED) else result.infected).append((path, name))
    for line in summary.split(b"\n"):
        counted = COUNTED.match(line)
        if counted and counted.group(1) == b"Scanned files":
            result.scanned = int(counted.group(2))
        if counted and counted.group(1) == b"Total errors":
            result.errors = int(counted.group(2))
