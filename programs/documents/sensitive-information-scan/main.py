"""Looks for sensitive information in the text files of this host's disks. Tells counts and paths, and never a value."""

import os
import re

import findings
from detectors import AWS_KEY, CARD, KINDS, NEAR, PRIVATE_KEY, SSN, Finder, card
from disks import excluded, read_mounts, roots
from host import number, parameter, shown
from pace import Pace
from report import Report, run
from walk import Walk

MIB = 1024 * 1024
CHUNK = MIB
OVERLAP = 4 * NEAR
# What a report lists; the counts cover all.
MOST_PATHS = 1000
# How a binary file is told: text has no byte 0 (UTF-16 does, and is left out with the binaries).
HEAD = 8192

# Every host with SSH has these, and there they belong. A copy elsewhere is found.
HOST_KEY = re.compile(rb"^/etc/ssh/ssh_host_[a-z0-9_]+_key$")

# ASFF names for what is found: category of DataClassification, type of detection, type of finding, severity.
NAMES = {
    CARD: ("FINANCIAL_INFORMATION", "CREDIT_CARD_NUMBER", "Sensitive Data Identifications/Financial", "HIGH"),
    SSN: ("PERSONAL_INFORMATION", "USA_SOCIAL_SECURITY_NUMBER", "Sensitive Data Identifications/PII", "HIGH"),
    AWS_KEY: ("CREDENTIALS", "AWS_CREDENTIALS", "Sensitive Data Identifications/Security", "CRITICAL"),
    PRIVATE_KEY: ("CREDENTIALS", "PRIVATE_KEY", "Sensitive Data Identifications/Security", "HIGH"),
}
SEVERITIES = ("HIGH", "CRITICAL")


class Scan:
    def __init__(self):
        self.most_bytes = number("MAXIMUM_FILE_MIB", 1, 10240) * MIB
        self.pace = Pace(number("MIB_PER_SECOND", 1, 1000) * MIB, number("TIME_LIMIT_MINUTES", 1, 1440) * 60)
        self.scanned = self.binary = self.too_large = self.failed = self.omitted = 0
        self.totals = dict.fromkeys(KINDS, 0)
        self.paths = []

    def all(self, folders):
        points = {point for _, _, point, _ in read_mounts()} | set(folders)
        left_out = excluded() | {os.fsencode(parameter("WORK_FOLDER"))}
        walk = Walk(folders, points, left_out, self.pace.over)
        for path, descriptor, status in walk:
            try:
                self.file(path, descriptor, status)
            except OSError:
                self.failed += 1
            finally:
                os.close(descriptor)
        self.failed += walk.unreadable

    def file(self, path, descriptor, status):
        if status.st_size > self.most_bytes:
            self.too_large += 1
            return
        head = os.read(descriptor, HEAD)
        self.pace.took(len(head))
        if b"\0" in head:
            self.binary += 1
            return
        finder = Finder(os.path.basename(path))
        whole = self.read(descriptor, head, finder)
        self.scanned += whole
        counts = finder.end()
        if HOST_KEY.match(path):
            counts.pop(PRIVATE_KEY, None)
        if counts:
            self.record(path, status, counts)

    def read(self, descriptor, head, finder):
        """Feeds a file's chunks with an overlap, so that nothing is lost or counted twice between them. False if time ran out.

        A file that grows while it is read is read as far as the limit on files goes."""
        buffer, low, taken = head, 0, len(head)
        while True:
            chunk = os.read(descriptor, min(CHUNK, self.most_bytes + 1 - taken)) if taken <= self.most_bytes else b""
            if not chunk:
                finder.feed(buffer, low, len(buffer) + 1)
                return True
            taken += len(chunk)
            buffer += chunk
            if len(buffer) >= CHUNK:
                high = len(buffer) - OVERLAP
                finder.feed(buffer, low, high)
                kept = max(0, high - OVERLAP)
                buffer, low = buffer[kept:], high - kept
            self.pace.took(len(chunk))
            if self.pace.over():
                return False

    def record(self, path, status, counts):
        for kind, count in counts.items():
            self.totals[kind] += count
        if len(self.paths) >= MOST_PATHS:
            self.omitted += 1
            return
        self.paths.append({"path": told(path), "inode": status.st_ino, "counts": counts})


def told(path):
    """A path to show. Names can hold what files hold: where this one may, digits and long words are masked; the inode finds the file."""
    text = shown(path)
    if sensitive(path):
        text = re.sub(r"[0-9]|[A-Za-z0-9+=]{16,}", "*", text)
    return text[:2048]


def sensitive(path):
    """Whether a path may hold a value, judged with less care than a file: a mask too many hides little."""
    for separated in (path, re.sub(rb"[^0-9A-Za-z+=-]", b" ", path), re.sub(rb"[^0-9A-Za-z]", b" ", path)):
        finder = Finder()
        named = b"ssn card " + separated
        finder.feed(named, 0, len(named))
        if finder.end():
            return True
    for group in re.findall(rb"[0-9](?:[ _.-]?[0-9]){12,}", path):
        digits = re.sub(rb"[^0-9]", b"", group)
        if any(card(digits[at : at + size]) for size in range(13, 20) for at in range(len(digits) - size + 1)):
            return True
    return re.search(rb"A[KS]IA[A-Z2-7]{16}", path) is not None


def finding(report, scan):
    counts = {kind: count for kind, count in scan.totals.items() if count}
    files = len(scan.paths) + scan.omitted
    fields = {
        "Title": "Sensitive information in files on %s" % report.host.instance,
        "Types": sorted({NAMES[kind][2] for kind in counts or {CARD: 0}}),
        "Severity": {"Label": "INFORMATIONAL"},
        "RecordState": "ARCHIVED",
        "Description": "The scan of the local disks found no card numbers, social security numbers, AWS keys or private keys.",
    }
    if counts:
        listed = ", ".join("%s: %d" % (kind, count) for kind, count in sorted(counts.items()))
        fields["Description"] = "%d files hold sensitive information (%s). The report lists their paths." % (
            files,
            listed,
        )
        fields["Severity"] = {"Label": max((NAMES[kind][3] for kind in counts), key=SEVERITIES.index)}
        fields["RecordState"] = "ACTIVE"
        fields["Remediation"] = {
            "Recommendation": {
                "Text": "Move the data to where it is encrypted and accounted for, remove the files, and replace found keys."
            }
        }
        sensitive = {}
        for kind, count in sorted(counts.items()):
            category, name = NAMES[kind][:2]
            sensitive.setdefault(category, []).append({"Count": count, "Type": name})
        fields["resource"] = {
            "DataClassification": {
                "DetailedResultsLocation": report.uri(),
                "Result": {
                    "Status": {"Code": "PARTIAL" if report.reasons else "COMPLETE"},
                    "SizeClassified": scan.pace.read,
                    "SensitiveData": [
                        {"Category": category, "Detections": found, "TotalCount": sum(each["Count"] for each in found)}
                        for category, found in sorted(sensitive.items())
                    ],
                },
            }
        }
    return findings.finding(report, "sensitive-information", **fields)


def main():
    report = Report("sensitive-information-scan")
    scan = Scan()
    folders = roots()
    scan.all(folders)
    if scan.pace.over():
        report.incomplete("the time limit of %s minutes ran out" % parameter("TIME_LIMIT_MINUTES"))
    if scan.failed:
        report.incomplete("%d files or folders could not be read" % scan.failed)
    report.found = any(scan.totals.values())
    report.body = {
        "roots": [shown(each) for each in folders],
        "summary": {
            "filesScanned": scan.scanned,
            "filesFound": len(scan.paths) + scan.omitted,
            "counts": scan.totals,
            "skipped": {"binary": scan.binary, "tooLarge": scan.too_large, "unreadable": scan.failed},
        },
        "bytesRead": scan.pace.read,
        "files": scan.paths,
        "filesOmitted": scan.omitted,
    }
    sent = [findings.coverage(report, "The scan for sensitive information")]
    # An incomplete scan that found nothing says nothing about what an earlier one found.
    if report.found or not report.reasons:
        sent.append(finding(report, scan))
    findings.send(report, sent)
    return report.end()


if __name__ == "__main__":
    run(main)
