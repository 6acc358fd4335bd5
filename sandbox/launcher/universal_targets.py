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

from ministack.core import iam_evaluator
from ministack.core.iam_evaluator import EvalContext
from ministack.core.responses import get_account_id, get_region, new_uuid
from ministack.services import eventbridge, iam, sts

_log = logging.getLogger("universal-targets")
_TARGET = re.compile(r"arn:[\w-]+:scheduler:::aws-sdk:(\w+):(\w+)")
_PRINCIPAL = "scheduler.amazonaws.com"
_SECONDS_OF_SESSION = 900

_invoke_target = eventbridge._invoke_target
_evaluate_trust_policy = iam_evaluator.evaluate_trust_policy


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
    account, name = get_account_id(), role_arn.rsplit("/", 1)[-1]
    role = iam._roles.get_scoped(account, None, name)
    if role is None or not _trusts(role.get("AssumeRolePolicyDocument", "{}"), account, schedule):
        raise PermissionError(f"the role {role_arn} does not let {_PRINCIPAL} assume it")
    key, secret, token = sts._gen_session_access_key(), sts._gen_secret(), sts._gen_session_token()
    sts.register_session(key, {
        "Arn": f"arn:aws:sts::{account}:assumed-role/{name}/scheduler",
        "UserId": f"{role.get('RoleId', name)}:scheduler",
        "SecretAccessKey": secret,
        "SessionToken": token,
        "Expiration": datetime.now().timestamp() + _SECONDS_OF_SESSION,
        "AccountId": account,
        "PrincipalType": "AssumedRole",
    })
    return {"aws_access_key_id": key, "aws_secret_access_key": secret, "aws_session_token": token}


def _trusts(document, account, schedule):
    """Reads statements for the service as if they were for anybody: the evaluator knows callers only."""
    document = json.loads(document) if isinstance(document, str) else document
    statements = document.get("Statement", [])
    for_service = [
        {**statement, "Principal": "*"}
        for statement in ([statements] if isinstance(statements, dict) else statements)
        if _PRINCIPAL in _services(statement.get("Principal"))
    ]
    context = EvalContext(
        principal_arn="*", principal_type="Service", principal_account="", action="sts:AssumeRole", resource_arn="*",
        region=get_region(), service_context={"aws:sourceaccount": account, "aws:sourcearn": schedule},
    )
    return _evaluate_trust_policy({**document, "Statement": for_service}, "*", context)


def _services(principal):
    named = principal.get("Service", []) if isinstance(principal, dict) else []
    return [named] if isinstance(named, str) else named


def install():
    """Puts itself before MiniStack's targets."""
    eventbridge._invoke_target = _invoke
