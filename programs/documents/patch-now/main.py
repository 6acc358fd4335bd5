"""Notes the pending security updates before patches are installed, and afterwards reboots if it is to and reports both."""

import json
import os

from host import REBOOT, Stop, parameter
from packages import manager, reboot_pending, security_updates
from report import Report, keep, now, run, work_folder

MOST_PACKAGES = 1000


def state():
    """What is pending now; a state that could not be found out says why instead."""
    found = {"at": now(), "manager": None, "pending": None, "rebootPending": None, "problem": None}
    try:
        found["manager"] = manager()
        found["pending"] = security_updates(found["manager"])
        found["rebootPending"] = reboot_pending(found["manager"])
    except Stop as problem:
        found["problem"] = str(problem)
    return found


def noted():
    return os.path.join(work_folder("patch-now"), "before.json")


def before():
    """Never keeps the patches from being installed: a state that could not be found out is told at the end."""
    found = state()
    keep(noted(), found)
    print(
        json.dumps(
            {"pending": None if found["pending"] is None else len(found["pending"]), "problem": found["problem"]}
        )
    )
    return 0


def after():
    path = noted()
    try:
        with open(path) as file:
            first = json.load(file)
    except (OSError, ValueError):
        first = {"pending": None, "problem": "what was pending before the patches was not noted"}
    last = state()
    # The agent runs this again after the reboot. Once is enough: a host that still waits then would reboot for ever.
    if parameter("REBOOT_OPTION") == "RebootIfNeeded" and reboots(first, last) and not first.get("rebooted"):
        keep(path, dict(first, rebooted=now()))
        print(json.dumps({"rebooting": True}))
        return REBOOT
    return tell(first, last, path)


def installed(first, last):
    """What was pending and is no more; None where one of both is not known."""
    if first["pending"] is None or last["pending"] is None:
        return None
    return sorted(set(first["pending"]) - set(last["pending"]))


def reboots(first, last):
    """Whether patches wait for a reboot. Where the host can't say, any that was installed may, as AWS-RunPatchBaseline takes it."""
    if last["rebootPending"] is None:
        return bool(installed(first, last))
    return last["rebootPending"]


def tell(first, last, path):
    report = Report("patch-now")
    earlier, pending = first["pending"], last["pending"]
    for when, each in (("before", first), ("after", last)):
        if each["problem"] is not None:
            report.incomplete("the state %s the patches: %s" % (when, each["problem"]))
    if pending:
        report.incomplete(
            "%d security updates are still pending; the patch baseline does not approve them, or they failed"
            % len(pending)
        )
    if last["rebootPending"] and parameter("REBOOT_OPTION") != "NoReboot":
        report.incomplete("the host still waits for a reboot after one")
    done = installed(first, last)
    report.body = {
        "summary": {
            "manager": last["manager"],
            "pendingBefore": None if earlier is None else len(earlier),
            "pendingAfter": None if pending is None else len(pending),
            "rebooted": "rebooted" in first,
            "rebootPending": last["rebootPending"],
        },
        "before": None if earlier is None else earlier[:MOST_PACKAGES],
        "after": None if pending is None else pending[:MOST_PACKAGES],
        "installed": None if done is None else done[:MOST_PACKAGES],
    }
    code = report.end()
    if os.path.exists(path):
        os.remove(path)
    return code


if __name__ == "__main__":
    run({"before": before, "after": after}[parameter("MOMENT")])
