"""Who this host is, what its parameters are, and how its file names are shown. Python 3.6, standard library only."""

import json
import os
import subprocess
import urllib.error
import urllib.request

CLEAN, FOUND, INCOMPLETE, REBOOT = 0, 10, 20, 194


class Stop(Exception):
    """Ends a document as incomplete. Its text is shown, so it must hold nothing that a scan found."""


def parameter(name):
    """The value of a document's parameter: ReportBucket is BULWARK_REPORT_BUCKET."""
    return os.environ.get("BULWARK_" + name, "").strip()


def number(name, least, most):
    """A parameter as a whole number within bounds."""
    text = parameter(name)
    if not text.isdigit() or not least <= int(text) <= most:
        raise Stop("parameter %s must be a whole number from %d to %d" % (name, least, most))
    return int(text)


def shown(path):
    """A path (bytes) as printable text: backslashes, control characters and bytes that are not UTF-8 are escaped."""
    text = path.decode("utf-8", "surrogateescape")
    parts = []
    for character in text:
        code = ord(character)
        if character == "\\":
            parts.append("\\\\")
        elif 0xDC80 <= code <= 0xDCFF:
            parts.append("\\x%02x" % (code - 0xDC00))
        elif character.isprintable():
            parts.append(character)
        elif code < 0x100:
            parts.append("\\x%02x" % code)
        else:
            parts.append("\\u{%x}" % code)
    return "".join(parts)


def aws(*arguments, timeout=300):
    """Runs the AWS CLI and returns its JSON (None if it printed none). Raises Stop with its last line if it fails."""
    command = ["aws"] + list(arguments) + ["--output", "json"]
    called = "aws " + " ".join(arguments[:2])
    try:
        ran = subprocess.run(
            command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=timeout
        )
    except FileNotFoundError:
        raise Stop("the AWS CLI is not installed, so %s could not be called" % called)
    except subprocess.TimeoutExpired:
        raise Stop("%s did not end within %d seconds" % (called, timeout))
    if ran.returncode != 0:
        lines = ran.stderr.decode("utf-8", "replace").strip().splitlines() or ["no message"]
        raise Stop("%s ended with %d: %s" % (called, ran.returncode, lines[-1][:500]))
    text = ran.stdout.decode("utf-8", "replace").strip()
    return json.loads(text) if text.startswith("{") else None


class Identity:
    """Account, region and id of this host."""

    def __init__(self, account, region, instance):
        self.account = account
        self.region = region
        self.instance = instance
        prefixes = {"us-gov-": "aws-us-gov", "cn-": "aws-cn"}
        self.partition = next((prefixes[each] for each in prefixes if region.startswith(each)), "aws")

    def resource(self):
        """Type and ARN as Security Hub names this host: an EC2 instance, or a node of another kind (mi-...)."""
        if self.instance.startswith("i-"):
            kind, service, noun = "AwsEc2Instance", "ec2", "instance"
        else:
            kind, service, noun = "Other", "ssm", "managed-instance"
        arn = "arn:%s:%s:%s:%s:%s/%s" % (self.partition, service, self.region, self.account, noun, self.instance)
        return kind, arn


def identity():
    """Asks the instance metadata service (version 2), which needs no rights and no network; elsewhere asks STS."""
    try:
        found = json.loads(metadata("/latest/dynamic/instance-identity/document"))
        return Identity(found["accountId"], found["region"], found["instanceId"])
    except (OSError, ValueError, KeyError):
        region, instance = os.environ.get("AWS_SSM_REGION_NAME", ""), os.environ.get("AWS_SSM_INSTANCE_ID", "")
        if not region or not instance:
            raise Stop(
                "this host could not be identified: instance metadata does not answer, and the SSM agent told none"
            )
        caller = aws("sts", "get-caller-identity", "--region", region, timeout=60)
        return Identity(caller["Account"], region, instance)


def metadata(path):
    # The variable is the one that AWS's SDKs read.
    base = os.environ.get("AWS_EC2_METADATA_SERVICE_ENDPOINT", "http://169.254.169.254").rstrip("/")
    # A proxy of the environment would answer for itself, or not at all.
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    asked = urllib.request.Request(
        base + "/latest/api/token", data=b"", method="PUT", headers={"X-aws-ec2-metadata-token-ttl-seconds": "60"}
    )
    token = opener.open(asked, timeout=2).read().decode("ascii")
    request = urllib.request.Request(base + path, headers={"X-aws-ec2-metadata-token": token})
    return opener.open(request, timeout=2).read().decode("utf-8")
