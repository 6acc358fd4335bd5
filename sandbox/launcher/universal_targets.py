"""Schedules whose target is a call of an AWS API (`arn:aws:scheduler:::aws-sdk:<service>:<operation>`), which MiniStack's
EventBridge Scheduler knows nothing of: made with the rights of the schedule's role, through the gateway, so that every
service is reached.

Source: EventBridge Scheduler User Guide, "Using universal targets", "Adding context attributes".
"""

import json
import logging
import os
import re
from datetime import datetime, timezone

import service_sessions
from ministack.core.responses import get_account_id, get_region, new_uuid
from ministack.services import eventbridge

_log = logging.getLogger("universal-targets")
_TARGET = re.compile(r"arn:[\w-]+:scheduler:::aws-sdk:(\w+):(\w+)")
_PRINCIPAL = "scheduler.amazonaws.com"

_invoke_target = eventbridge._invoke_target


def _invoke(target, event, rule, view=None):
    named = _TARGET.fullmatch(target.get("Arn", ""))
    if named is None:
        return _invoke_target(target, event, rule, view)
    schedule = (event.get("Resources") or [""])[0]
    try:
        _call(named[1], named[2], target, schedule, event["Time"])
    except Exception as error:  # As on AWS, nobody waits for the outcome.
        _log.warning("the target of %s: %s", schedule, error)
    return None


def _call(service, operation, target, schedule, time):
    import botocore.session  # Loaded when the first schedule is due: the sandbox starts without it.

    credentials = _credentials(target.get("RoleArn", ""), schedule)
    client = botocore.session.get_session().create_client(
        service, region_name=get_region(), endpoint_url=os.environ["AWS_ENDPOINT_URL"], **credentials
    )
    parameters = json.loads(_with_context(target.get("Input") or "{}", schedule, time))
    client._make_api_call(operation[0].upper() + operation[1:], parameters)


def _with_context(text, schedule, time):
    values = {
        "schedule-arn": schedule,
        "scheduled-time": datetime.fromtimestamp(time, timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "execution-id": new_uuid(),
        "attempt-number": "1",
    }
    for name, value in values.items():
        text = text.replace(f"<aws.scheduler.{name}>", value)
    return text


def _credentials(role_arn, schedule):
    """A session of the role, if it trusts Scheduler for this account and schedule."""
    keys = service_sessions.open_session({
        "roleArn": role_arn, "service": _PRINCIPAL, "accountId": get_account_id(), "sourceArn": schedule,
        "sessionName": "scheduler",
    })
    if keys is None:
        raise PermissionError(f"the role {role_arn} does not let {_PRINCIPAL} assume it")
    return {
        "aws_access_key_id": keys["accessKeyId"],
        "aws_secret_access_key": keys["secretAccessKey"],
        "aws_session_token": keys["sessionToken"],
    }


def install():
    """Puts itself before MiniStack's targets."""
    eventbridge._invoke_target = _invoke
