"""Scans this host's disks for malware with ClamAV and tells Security Hub and S3 what it found."""

import os
import re

import findings
from clamscan import command, scan
from disks import excluded, roots
from host import Stop, number, parameter, shown
from report import Report, run
from signatures import describe, fetch

# ClamAV holds its signatures in memory, about 1.3 GB of them in 2026. A host with less would swap, or end what it is there for.
MOST_MALWARE = 5
MOST_PATHS = 1000


def available_mib(text):
    """MemAvailable of /proc/meminfo in MiB, or None on kernels that do not tell."""
    found = re.search(r"^MemAvailable:\s+([0-9]+) kB$", text, re.M)
    return int(found.group(1)) // 1024 if found else None


def check_memory():
    least = number("MINIMUM_MEMORY_MIB", 1, 99999)
    with open("/proc/meminfo") as file:
        found = available_mib(file.read())
    if found is not None and found < least:
        raise Stop(
            "%d MiB of memory are available, and a scan needs %d; let GuardDuty scan this instance instead"
            % (found, least)
        )


def finding(report, infected):
    fields = {
        "Title": "Malware in files on %s" % report.host.instance,
        "Types": ["TTPs/Execution/Bulwark-Malware"],
        "Severity": {"Label": "INFORMATIONAL"},
        "RecordState": "ARCHIVED",
        "Description": "The scan of the local disks found no malware.",
    }
    if infected:
        names = sorted({name for _, name in infected})
        fields["Severity"] = {"Label": "HIGH"}
        fields["RecordState"] = "ACTIVE"
        fields["Description"] = "ClamAV found malware in %d files: %s. The report lists them." % (
            len(infected),
            ", ".join(names)[:900],
        )
        fields["Malware"] = [
            {"Name": (name or "unknown")[:64], "Path": shown(path)[:512], "State": "OBSERVED"}
            for path, name in infected[:MOST_MALWARE]
        ]
        fields["Remediation"] = {
            "Recommendation": {
                "Text": "Isolate the host, keep a snapshot as evidence, and replace it from a clean image."
            }
        }
    return findings.finding(report, "malware", **fields)


def main():
    report = Report("virus-scan")
    minutes = number("TIME_LIMIT_MINUTES", 1, 1440)
    folders = roots()
    infected, skipped, scanned, signatures = [], [], 0, None
    try:
        check_memory()
        signature_folder = fetch(report)
        signatures = describe(signature_folder, report, number("MAXIMUM_SIGNATURE_DAYS", 1, 3650))
        left_out = excluded() | {os.fsencode(parameter("WORK_FOLDER"))}
        found = scan(command(signature_folder, folders, left_out, number("MAXIMUM_FILE_MIB", 1, 2000)), minutes * 60)
        infected, skipped = found.infected, found.skipped
        scanned = max(0, found.scanned - len(skipped))
        if skipped:
            report.incomplete(
                "%d files are beyond ClamAV's limits and were not scanned to the end; raise MaximumFileMib or name them in ExcludePaths"
                % len(skipped)
            )
        if not found.ended:
            report.incomplete("the time limit of %d minutes ran out" % minutes)
        if found.errors:
            report.incomplete("clamscan met %d errors" % found.errors)
        elif found.ended and found.code not in (0, 1):
            report.incomplete("clamscan ended with %s: %s" % (found.code, found.complaint))
    except Stop as reason:
        report.incomplete(str(reason))
    report.found = bool(infected)
    report.body = {
        "roots": [shown(each) for each in folders],
        "engine": "clamav",
        "signatures": signatures,
        "summary": {"filesScanned": scanned, "filesInfected": len(infected), "filesSkipped": len(skipped)},
        "files": [{"path": shown(path), "signature": name} for path, name in infected[:MOST_PATHS]],
        "filesOmitted": max(0, len(infected) - MOST_PATHS),
        "skipped": [{"path": shown(path), "reason": name} for path, name in skipped[:MOST_PATHS]],
        "skippedOmitted": max(0, len(skipped) - MOST_PATHS),
    }
    sent = [findings.coverage(report, "The virus scan")]
    # An incomplete scan that found nothing says nothing about what an earlier one found.
    if report.found or not report.reasons:
        sent.append(finding(report, infected))
    findings.send(report, sent)
    return report.end()


if __name__ == "__main__":
    run(main)
