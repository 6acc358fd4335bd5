"""Findings in the AWS Security Finding Format, sent to Security Hub."""

import json
import tempfile

from host import Stop, aws
from report import now


def finding(report, subject, **fields):
    """A finding on this host. Its id is the same in every run, so that a later run updates what an earlier one found.

    Types and severity go where their provider may update them (Security Hub User Guide, "FindingProviderFields")."""
    kind, arn = report.host.resource()
    resource = {"Type": kind, "Id": arn, "Partition": report.host.partition, "Region": report.host.region}
    resource.update(fields.pop("resource", {}))
    place = (report.host.partition, report.host.region, report.host.account, report.host.account)
    finding = {
        "SchemaVersion": "2018-10-08",
        "Id": "%s/bulwark/%s/%s" % (arn, report.document, subject),
        "ProductArn": "arn:%s:securityhub:%s:%s:product/%s/default" % place,
        "ProductName": "Bulwark",
        "GeneratorId": "bulwark/" + report.document,
        "AwsAccountId": report.host.account,
        "CreatedAt": report.started,
        "UpdatedAt": now(),
        "Resources": [resource],
        "FindingProviderFields": {"Types": fields.pop("Types"), "Severity": fields.pop("Severity")},
        "ProductFields": {"bulwark/Report": report.uri()[:2048]},
    }
    finding.update(fields)
    finding["Title"] = finding["Title"][:256]
    finding["Description"] = finding["Description"][:1024]
    return finding


def coverage(report, title):
    """The finding that a scan did not cover what it should; archived by the first scan that does."""
    if report.reasons:
        text, state, label = (
            "It is not known what the part that was left out holds: " + "; ".join(report.reasons),
            "ACTIVE",
            "LOW",
        )
    else:
        text, state, label = "The scan covered what it should.", "ARCHIVED", "INFORMATIONAL"
    return finding(
        report,
        "coverage",
        Title="%s of %s is incomplete" % (title, report.host.instance),
        Description=text,
        Types=["Software and Configuration Checks"],
        Severity={"Label": label},
        RecordState=state,
    )


def send(report, findings):
    """Sends findings to Security Hub in the host's own account and region. A failure makes the run incomplete."""
    with tempfile.NamedTemporaryFile("w", suffix=".json") as file:
        json.dump(findings, file)
        file.flush()
        try:
            answer = aws(
                "securityhub",
                "batch-import-findings",
                "--findings",
                "file://" + file.name,
                "--region",
                report.host.region,
            )
        except Stop as failure:
            report.incomplete("sending findings to Security Hub: %s" % failure)
            return
    for failed in (answer or {}).get("FailedFindings", []):
        report.incomplete(
            "Security Hub refused a finding: %s: %s" % (failed.get("ErrorCode"), failed.get("ErrorMessage"))
        )
