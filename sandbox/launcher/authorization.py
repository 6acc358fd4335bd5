"""Decisions of the one IAM for calls that MiniStack does not serve itself."""

from urllib.parse import parse_qs

import organization_policies
from ministack.app import _request_account_scope
from ministack.core import iam_evaluator
from ministack.core.iam_actions import identity_denial_message
from ministack.core.iam_evaluator import AuthError, CredentialResolutionError, EvalContext
from ministack.core.responses import get_account_id, set_request_account_id, set_request_region
from ministack.core.router import extract_access_key_id
from ministack.services import sts


def authorize(message):
    """Who signed the request, and whether each of `checks` is allowed.

    Takes the request as it was signed (`method`, raw `path`, raw `query`, `headers` as pairs, `bodySha256`) with
    `region` and `checks: [{action, resource, context}]`. Answers `{principal}`, with `denied: {action, message}` for
    the first check that fails, or `{refused: {code, message}}` when the credentials themselves are no good.
    """
    query = parse_qs(message["query"], keep_blank_values=True)
    pairs = [(name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in message["headers"]]
    headers = {name.decode(): value.decode("latin-1") for name, value in pairs}
    signed_hash = headers.get("x-amz-content-sha256")
    if signed_hash is None:
        pairs.append((b"x-amz-content-sha256", message["bodySha256"].encode()))
    elif len(signed_hash) == 64 and signed_hash != message["bodySha256"]:
        return _refused("SignatureDoesNotMatch", "The body is not the one that was signed.")
    access_key = extract_access_key_id(headers, query) or ""
    if not access_key:
        return _refused("MissingAuthenticationToken", "Missing Authentication Token")
    set_request_account_id(_request_account_scope(access_key))
    set_request_region(message["region"])
    iam_evaluator.pin_request_origin("127.0.0.1", True)
    iam_evaluator.pin_signed_request(message["method"], message["path"], query, pairs)
    checked = iam_evaluator.authenticate(access_key, get_account_id())
    if isinstance(checked, AuthError):
        return _refused(checked.code, checked.message)
    principal = iam_evaluator.resolve_principal(access_key, get_account_id(), checked)
    if isinstance(principal, AuthError):
        return _refused(principal.code, principal.message)
    answer = {"principal": _described(principal, sts._sessions.get(access_key))}
    denied = next(filter(None, (_denied(principal, message["region"], check) for check in message["checks"])), None)
    return {**answer, "denied": denied} if denied else answer


def identify(message):
    """The principal behind an access key, unverified; None for an unknown one."""
    access_key = message["accessKeyId"]
    set_request_account_id(_request_account_scope(access_key))
    credential = iam_evaluator.resolve_credential(access_key, get_account_id())
    if isinstance(credential, CredentialResolutionError):
        return None
    principal = iam_evaluator.PrincipalInfo(
        credential.principal_arn, credential.principal_type, credential.account_id, []
    )
    return _described(principal, sts._sessions.get(access_key))


def _refused(code, message):
    return {"refused": {"code": code, "message": message}}


def _described(principal, session):
    described = {"arn": principal.arn, "accountId": principal.account, "type": principal.type}
    if principal.type == "AssumedRole":
        described["sessionName"] = principal.arn.rsplit("/", 1)[-1]
    if session and session.get("SourceIdentity"):
        described["sourceIdentity"] = session["SourceIdentity"]
    return described


def _denied(principal, region, check):
    ctx = EvalContext(
        principal_arn=principal.arn,
        principal_type=principal.type,
        principal_account=principal.account,
        action=check["action"],
        resource_arn=check["resource"],
        region=region,
        service_context={key.lower(): value for key, value in check.get("context", {}).items()},
        principal_keys=principal.keys,
    )
    ctx.service_context.setdefault("aws:tagkeys", None)
    result = iam_evaluator.evaluate(ctx, principal.policies, *principal.limits)
    if result.decision == "Allow":
        return None
    resource = check["resource"]
    message = identity_denial_message(check["action"], principal.arn, resource, result.decision == "Deny")
    by_organization = organization_policies.denial_of(ctx) if result.decision == "Deny" else None
    if by_organization:
        message = message.replace("an identity-based policy", by_organization)
    return {"action": check["action"], "resource": resource, "message": message}
