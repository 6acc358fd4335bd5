"""Sessions that AWS's services have: of a role that trusts them, or with the rights of who called them.

Source: IAM user guide, "Roles for AWS services" and "Forward access sessions"; "AWS global condition context keys",
`aws:SourceAccount` and `aws:SourceArn`.
"""

import json
import time

from ministack.core import iam_evaluator
from ministack.core.iam_evaluator import EvalContext
from ministack.core.responses import get_region
from ministack.services import iam, sts

_SECONDS = 3600

_evaluate_trust_policy = iam_evaluator.evaluate_trust_policy


def open_session(message):
    """Credentials of a role for a service, or null where the role does not let it assume the role for this source."""
    role_arn, account = message["roleArn"], message["accountId"]
    fields = role_arn.split(":")
    name = role_arn.rsplit("/", 1)[-1]
    role = iam._roles.get_scoped(fields[4], None, name) if len(fields) == 6 else None
    document = (role or {}).get("AssumeRolePolicyDocument", "{}")
    if role is None or not _trusts(document, message["service"], account, message["sourceArn"]):
        return None
    session = message["sessionName"]
    return _registered({
        "Arn": f"arn:{fields[1]}:sts::{fields[4]}:assumed-role/{name}/{session}",
        "UserId": f"{role.get('RoleId', name)}:{session}",
        "AccountId": fields[4],
        "PrincipalType": "AssumedRole",
        "Expiration": time.time() + _SECONDS,
    })


def forward_session(message):
    """Credentials with the rights of a session of a role that calls now, or null where there is none any more."""
    found = next((each for each in sts._sessions.values() if each.get("Arn") == message["principalArn"]), None)
    return None if found is None else _registered(dict(found))


def _registered(session):
    key, secret, token = sts._gen_session_access_key(), sts._gen_secret(), sts._gen_session_token()
    sts.register_session(key, {**session, "SecretAccessKey": secret, "SessionToken": token})
    return {"accessKeyId": key, "secretAccessKey": secret, "sessionToken": token}


def _trusts(document, service, account, source):
    """Reads statements for the service as if they were for anybody: the evaluator knows callers only."""
    document = json.loads(document) if isinstance(document, str) else document
    statements = document.get("Statement", [])
    for_service = [
        {**statement, "Principal": "*"}
        for statement in ([statements] if isinstance(statements, dict) else statements)
        if service in _services(statement.get("Principal"))
    ]
    context = EvalContext(
        principal_arn="*", principal_type="Service", principal_account="", action="sts:AssumeRole", resource_arn="*",
        region=get_region(), service_context={"aws:sourceaccount": account, "aws:sourcearn": source},
    )
    return _evaluate_trust_policy({**document, "Statement": for_service}, "*", context)


def _services(principal):
    named = principal.get("Service", []) if isinstance(principal, dict) else []
    return [named] if isinstance(named, str) else named
