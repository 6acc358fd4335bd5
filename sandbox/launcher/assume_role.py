"""AssumeRole as AWS decides it, where MiniStack does not.

Source identity: setting it, or carrying an inherited one into the next role of a chain, needs `sts:SetSourceIdentity`
in the caller's own policies and in the trust policy of the role; once set it cannot be changed, and it is the
condition key `aws:SourceIdentity` of every later call
(https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_temp_control-access_monitor.html).
A role that trusts a service lets in no caller, and nobody enters a suspended account.
"""

import contextvars
import dataclasses
import json
import re
from urllib.parse import parse_qs

from ministack.core import iam_evaluator
from ministack.core.iam_evaluator import EvalContext
from ministack.core.responses import get_account_id, get_region
from ministack.core.router import extract_access_key_id
from ministack.services import iam, sts
from organization import is_suspended

_VALID = re.compile(r"[\w+=,.@-]{2,64}", re.ASCII)
_requested = contextvars.ContextVar("source_identity", default=None)

_handle_request = sts.handle_request
_evaluate_trust_policy = iam_evaluator.evaluate_trust_policy
_principal_keys = iam_evaluator._principal_keys


def _principal_keys_with_source_identity(credential):
    keys = _principal_keys(credential)
    identity = (sts._sessions.get(credential.access_key_id) or {}).get("SourceIdentity")
    return {**keys, "aws:sourceidentity": identity} if identity else keys


def _evaluate_trust_policy_of_callers(document, caller_arn, ctx=None):
    document = _without_services(document)
    if ctx is not None and _requested.get():
        ctx = dataclasses.replace(
            ctx, service_context={**ctx.service_context, "sts:sourceidentity": _requested.get()}
        )
    return _evaluate_trust_policy(document, caller_arn, ctx)


def _without_services(document):
    """The trust policy without its service principals, which MiniStack takes for every account's root.

    No one who calls the API is a service; MiniStack's own Lambdas get their role's credentials without a call.
    """
    document = json.loads(document) if isinstance(document, str) else document
    statements = document.get("Statement", [])
    kept = []
    for statement in [statements] if isinstance(statements, dict) else statements:
        principal = statement.get("Principal")
        if isinstance(principal, dict):
            principal = {kind: names for kind, names in principal.items() if kind != "Service"}
        kept.append({**statement, "Principal": principal})
    return {**document, "Statement": kept}


async def _handle_request_with_source_identity(method, path, headers, body, query_params):
    parameters = {**query_params, **(parse_qs(body.decode("utf-8", "replace")) if method == "POST" else {})}
    if sts._p(parameters, "Action") != "AssumeRole":
        return await _handle_request(method, path, headers, body, query_params)
    caller_key = extract_access_key_id(headers, query_params) or ""
    given = sts._p(parameters, "SourceIdentity")
    inherited = (sts._sessions.get(caller_key) or {}).get("SourceIdentity")
    refusal = _refusal(caller_key, sts._p(parameters, "RoleArn"), given, inherited)
    if refusal:
        return refusal
    _requested.set(given or inherited)
    status, response_headers, response = await _handle_request(method, path, headers, body, query_params)
    if status == 200 and _requested.get():
        new_key = re.search(rb"<AccessKeyId>(\w+)</AccessKeyId>", response)
        sts._sessions[new_key[1].decode()]["SourceIdentity"] = _requested.get()
        element = f"<SourceIdentity>{_requested.get()}</SourceIdentity></AssumeRoleResult>"
        response = response.replace(b"</AssumeRoleResult>", element.encode())
    return status, response_headers, response


def _refusal(caller_key, role_arn, given, inherited):
    fields = role_arn.split(":")
    if len(fields) != 6:
        return None  # MiniStack says what is wrong with it
    if is_suspended(fields[4]):
        return _denied(caller_key, "sts:AssumeRole", role_arn)
    if given and not _VALID.fullmatch(given):
        return sts._error(
            400, "ValidationError",
            f"1 validation error detected: Value '{sts.escape(given)}' at 'sourceIdentity' failed to satisfy "
            "constraint: Member must satisfy regular expression pattern: [\\w+=,.@-]*", ns="sts",
        )
    if given and inherited and given != inherited:
        return _denied(caller_key, "sts:SetSourceIdentity", role_arn)
    if (given or inherited) and not _may_set(caller_key, role_arn, given or inherited):
        return _denied(caller_key, "sts:SetSourceIdentity", role_arn)
    return None


def _may_set(caller_key, role_arn, identity):
    """Whether the caller's policies and the role's trust policy both allow `sts:SetSourceIdentity`."""
    principal = iam_evaluator.resolve_principal(caller_key, get_account_id())
    role = iam._roles.get_scoped(role_arn.split(":")[4], None, role_arn.rsplit("/", 1)[-1])
    if isinstance(principal, iam_evaluator.AuthError) or role is None:
        return True  # MiniStack's own checks refuse it
    ctx = EvalContext(
        principal_arn=principal.arn, principal_type=principal.type, principal_account=principal.account,
        action="sts:SetSourceIdentity", resource_arn=role_arn, region=get_region(),
        service_context={"sts:sourceidentity": identity}, principal_keys=principal.keys,
    )
    if iam_evaluator.evaluate(ctx, principal.policies, *principal.limits).decision != "Allow":
        return False
    return _evaluate_trust_policy(role.get("AssumeRolePolicyDocument", "{}"), principal.arn, ctx)


def _denied(caller_key, action, role_arn):
    principal = iam_evaluator.resolve_principal(caller_key, get_account_id())
    arn = getattr(principal, "arn", "")
    message = f"User: {arn} is not authorized to perform: {action} on resource: {role_arn}"
    return sts._error(403, "AccessDenied", message, ns="sts")


def install():
    """Wraps MiniStack's STS."""
    sts.handle_request = _handle_request_with_source_identity
    iam_evaluator.evaluate_trust_policy = _evaluate_trust_policy_of_callers
    for module in (iam_evaluator, sts):
        module._principal_keys = _principal_keys_with_source_identity
