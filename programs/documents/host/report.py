"""Reports that reach S3, or stay on the host until they do."""

import datetime
import json
import os
import re
import signal
import sys
import tempfile

from host import CLEAN, FOUND, INCOMPLETE, Stop, aws, identity, parameter


def now():
    return datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "Z"


def work_folder(*parts):
    """A folder of Bulwark's own, root's alone, that outlives a reboot; the folder for temporary files need not."""
    folder = os.path.join(parameter("WORK_FOLDER"), *parts)
    os.makedirs(folder, mode=0o700, exist_ok=True)
    return folder


class Report:
    """What one run of a document found. `body` is what its document adds."""

    def __init__(self, document):
        self.document = document
        self.started = now()
        self.host = identity()
        self.reasons = []
        self.found = False
        self.body = {}
        self.file = "%s-%s.json" % (re.sub(r"[^0-9TZ]", "", self.started), os.urandom(4).hex())

    def incomplete(self, reason):
        """Says why the run does not cover what it should."""
        if reason not in self.reasons:
            self.reasons.append(reason)

    def uri(self):
        return "s3://%s/%s" % (parameter("REPORT_BUCKET"), self.key(self.document, self.file))

    def key(self, document, file):
        folder = "%s/%s/%s/%s/%s" % (self.host.account, self.host.region, self.host.instance, document, file)
        prefix = parameter("REPORT_PREFIX").strip("/")
        return prefix + "/" + folder if prefix else folder

    def json(self):
        report = {
            "schema": "bulwark/host-report/1",
            "document": self.document,
            "accountId": self.host.account,
            "region": self.host.region,
            "instanceId": self.host.instance,
            "startedAt": self.started,
            "endedAt": now(),
            "outcome": "found" if self.found else "incomplete" if self.reasons else "clean",
            "incomplete": self.reasons,
        }
        report.update(self.body)
        return report

    def deliver(self):
        """Keeps the report on the host, then uploads it with all that earlier runs could not upload. Returns where it is."""
        folder = work_folder("reports", self.document)
        own = os.path.join(folder, self.file)
        keep(own, self.json())
        if not parameter("REPORT_BUCKET"):
            raise Stop("parameter ReportBucket is empty; the report is in %s" % own)
        failure = None
        for name in sorted(os.listdir(folder), key=lambda name: (name != self.file, name)):
            if not re.match(r"^[0-9TZ]+-[0-9a-f]{8}\.json$", name):
                continue
            path = os.path.join(folder, name)
            try:
                self.upload(path, self.key(self.document, name))
                os.remove(path)
            except FileNotFoundError:
                # Another run, at the same time, uploaded it as well.
                continue
            except Stop as reason:
                failure = reason
                break
        if os.path.exists(own):
            self.incomplete("uploading the report: %s" % failure)
            keep(own, self.json())
            return own
        return self.uri()

    def upload(self, path, key):
        """The bucket's owner is part of the call: a bucket of that name in another account is not written to."""
        aws(
            "s3api",
            "put-object",
            "--bucket",
            parameter("REPORT_BUCKET"),
            "--key",
            key,
            "--body",
            path,
            "--content-type",
            "application/json",
            "--expected-bucket-owner",
            parameter("REPORT_BUCKET_OWNER"),
            "--region",
            parameter("REPORT_BUCKET_REGION") or self.host.region,
        )

    def end(self):
        """Delivers the report, prints what came of the run, and returns the exit code. What was found outweighs the rest."""
        where = self.deliver()
        told = {"outcome": self.json()["outcome"], "report": where, "incomplete": self.reasons}
        told.update(self.body.get("summary", {}))
        print(json.dumps(told))
        return FOUND if self.found else INCOMPLETE if self.reasons else CLEAN


def keep(path, value):
    """Writes JSON for root alone, whole or not at all."""
    handle, unfinished = tempfile.mkstemp(dir=os.path.dirname(path))
    with os.fdopen(handle, "w") as file:
        json.dump(value, file)
        file.flush()
        os.fsync(file.fileno())
    os.rename(unfinished, path)


def run(main):
    """Runs a document's main function and ends the process. Of an unexpected error only kind and place are told: its text may hold data."""
    signal.signal(signal.SIGTERM, stopped)
    try:
        sys.exit(main())
    except Stop as stop:
        print("Bulwark: %s" % stop, file=sys.stderr)
        sys.exit(INCOMPLETE)
    except Exception as error:
        frame, place = error.__traceback__, "?"
        while frame is not None:
            place = "%s:%d" % (os.path.basename(frame.tb_frame.f_code.co_filename), frame.tb_lineno)
            frame = frame.tb_next
        print("Bulwark: %s at %s" % (type(error).__name__, place), file=sys.stderr)
        sys.exit(INCOMPLETE)


def stopped(*_):
    raise Stop("the run was stopped from outside before its end")
