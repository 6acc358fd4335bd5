"""Service and resource control policies of the organization in the one IAM of the sandbox, told by the gateway.

Service control policies bind every principal of a member account, its root too, but not service-linked roles. Resource
control policies bind whoever comes to a member account's resources, of the services that support them, but not the services
of AWS themselves. The management account is bound by neither. Every level from the root down must allow and none may deny.
Source: Organizations user guide, "Service control policies", "Resource control policies" and "SCP evaluation".
"""

import contextvars

import organization
from ministack.core import iam_actions, iam_evaluator
from ministack.core.responses import get_account_id
from ministack.services import iam

# Source: Organizations user guide, "List of AWS services that support RCPs".
_RESOURCE_CONTROLLED = {"aoss", "cognito-identity", "cognito-idp", "ecr", "kms", "logs", "s3", "secretsmanager", "sqs", "sts"}

_service = {}
_resource = {}
_denied_by = contextvars.ContextVar("denied_by_organization", default=None)

_resolve_principal = None
_enforce = iam_evaluator.enforce
_identity_denial_message = iam_actions.identity_denial_message
_access_denied_response = iam_actions.access_denied_response


def set_controls(message):
    """Replaces all: `documents: {id: document}`, `accounts: {id: {service: [[id]], resource: [[id]]}}`."""
    global _service, _resource
    parsed = {name: iam_evaluator.parse_policy_document(document) for name, document in message["documents"].items()}

    def levels(kind):
        return {
            account: [[parsed[name] for name in level] for level in controls[kind]]
            for account, controls in message["accounts"].items()
        }

    _service, _resource = levels("service"), levels("resource")


def _is_service_linked(principal):
    if principal.type != "AssumedRole":
        return False
    name = iam_evaluator._role_name_from_assumed_arn(principal.arn)
    role = iam._roles.get_scoped(principal.account, None, name) or {}
    return role.get("Path", "").startswith("/aws-service-role/")


def _resolve_principal_under_policies(access_key_id, account_id, credential=None):
    principal = _resolve_principal(access_key_id, account_id, credential)
    if isinstance(principal, iam_evaluator.PrincipalInfo) and not _is_service_linked(principal):
        principal.limits = [*principal.limits, *_service.get(principal.account, [])]
    return principal


def denial_of(ctx):
    """Which kind of the organization's policies denies the request outright, by name, or None."""
    for kind, levels in (
        ("a service control policy", _service.get(ctx.principal_account, [])),
        ("a resource control policy", _controls_of_resource(ctx)),
    ):
        if any(iam_evaluator.evaluate(ctx, level).decision == "Deny" for level in levels):
            return kind
    return None


def _controls_of_resource(ctx):
    if ctx.action.split(":")[0] not in _RESOURCE_CONTROLLED:
        return []
    return _resource.get(organization.owner_of_resource(ctx), [])


def _enforce_under_policies(access_key_id, iam_action, service, region, resource_arn="*", service_context=None):
    """MiniStack's own decision, then that of the resource control policies over the resource."""
    _denied_by.set(None)
    refused = _enforce(access_key_id, iam_action, service, region, resource_arn, service_context)
    if isinstance(refused, iam_evaluator.AuthError) or not (_service or _resource):
        return refused
    ctx = _context(access_key_id, iam_action, region, resource_arn, service_context)
    if ctx is None:
        return refused
    if refused is not None:
        if refused.decision == "Deny":
            _denied_by.set(denial_of(ctx))
        return refused
    for level in _controls_of_resource(ctx):
        if iam_evaluator.evaluate(ctx, level).decision != "Allow":
            _denied_by.set("a resource control policy")
            return iam_evaluator.EvalResult("Deny", ctx.principal_arn, "", "Explicit deny")
    return None


def _context(access_key_id, action, region, resource_arn, service_context):
    """The request as MiniStack evaluates it; None for a service-linked role, which nothing of the organization binds."""
    context = {key.lower(): value for key, value in (service_context or {}).items()}
    principal = None
    if access_key_id:
        principal = iam_evaluator.resolve_principal(access_key_id, get_account_id())
    if not isinstance(principal, iam_evaluator.PrincipalInfo):
        # An anonymous request, which is of no organization.
        return iam_evaluator.EvalContext("", "Anonymous", "", action, resource_arn, region, service_context=context)
    if _is_service_linked(principal):
        return None
    return iam_evaluator.EvalContext(
        principal.arn, principal.type, principal.account, action, resource_arn, region,
        service_context=context, principal_keys=principal.keys,
    )


def _named_denial(message):
    kind = _denied_by.get()
    return message.replace("an identity-based policy", kind) if kind else message


def _identity_denial_message_of_policies(action, principal_arn, resource, explicit_deny):
    return _named_denial(_identity_denial_message(action, principal_arn, resource, explicit_deny))


def _access_denied_response_of_policies(service, action, principal_arn, request_id, **named):
    kind = _denied_by.get()
    if kind and not named.get("message"):
        resource = named.get("resource_arn", "*")
        named["message"] = _identity_denial_message_of_policies(action, principal_arn, resource, True)
    return _access_denied_response(service, action, principal_arn, request_id, **named)


def install():
    """Puts the policies into MiniStack's evaluator, around what the organization put there before."""
    global _resolve_principal
    _resolve_principal = iam_evaluator.resolve_principal
    iam_evaluator.resolve_principal = _resolve_principal_under_policies
    iam_evaluator.enforce = _enforce_under_policies
    iam_actions.identity_denial_message = _identity_denial_message_of_policies
    iam_actions.access_denied_response = _access_denied_response_of_policies
