"""ClamAV's signatures: brought from a bucket, since a host may have no way to the internet, and judged by their age."""

import os
import re
import time

from host import Stop, aws, parameter
from report import work_folder

# What ClamAV itself signs (and, since 1.5, the signatures beside it). Others may be put in the bucket by whoever can write there.
SIGNED = ("main.cvd", "daily.cvd", "bytecode.cvd")
HEADER = 512


def fetch(report):
    """Brings what is new in the bucket and returns the folder. What an earlier run brought is used where that fails."""
    folder = work_folder("signatures")
    if parameter("SIGNATURE_BUCKET"):
        source = "s3://%s/%s" % (parameter("SIGNATURE_BUCKET"), parameter("SIGNATURE_PREFIX").strip("/"))
        wanted = [part for name in SIGNED + ("*.cvd.sign",) for part in ("--include", name)]
        region = parameter("SIGNATURE_BUCKET_REGION") or report.host.region
        try:
            aws(
                "s3",
                "sync",
                source,
                folder,
                "--exclude",
                "*",
                *wanted,
                "--no-progress",
                "--only-show-errors",
                "--region",
                region,
                timeout=900,
            )
        except Stop as failure:
            report.incomplete("fetching signatures: %s" % failure)
    missing = [name for name in ("main.cvd", "daily.cvd") if not os.path.isfile(os.path.join(folder, name))]
    if missing:
        raise Stop(
            "no signatures: %s holds no %s; run freshclam where there is internet and copy its files to the bucket"
            % (folder, " and no ".join(missing))
        )
    return folder


def built(path):
    """When a signature file was built, in seconds since 1970: the last of the fields of its header (ClamAV manual, "CVD")."""
    with open(path, "rb") as file:
        header = file.read(HEADER)
    fields = header.rstrip().split(b":")
    if fields[0] != b"ClamAV-VDB" or not re.match(rb"^[0-9]{9,11}$", fields[-1]):
        raise Stop("%s is no signature file of ClamAV" % path)
    return int(fields[-1])


def describe(folder, report, most_days):
    """Version and age of the daily signatures; says so in the report if they are older than they may be."""
    path = os.path.join(folder, "daily.cvd")
    days = (time.time() - built(path)) / 86400
    if days > most_days:
        report.incomplete("the signatures are %d days old, more than the %d allowed" % (days, most_days))
    with open(path, "rb") as file:
        version = file.read(HEADER).split(b":")[2].decode("ascii", "replace")
    return {"version": version, "builtAt": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(built(path)))}
