"""What the one IAM of the sandbox knows of AWS Organizations, told by the gateway whenever it changes.

MiniStack lets every account be an organization of its own; here `aws:PrincipalOrgID` and its like come from the
gateway's Organizations, and the credentials of a suspended account are refused everywhere.
"""

import dataclasses

from ministack.core import iam_evaluator
from ministack.services import s3, sts

_accounts = {}
_organization_id = None
_management_account_id = None

_resolve_condition_key = iam_evaluator._resolve_condition_key
_resolve_credential = iam_evaluator.resolve_credential
_resolve_principal = iam_evaluator.resolve_principal


def set_membership(message):
    """Replaces the table: `organizationId`, `managementAccountId`, `accounts: {id: {member, path, suspended}}`."""
    global _accounts, _organization_id, _management_account_id
    _organization_id = message["organizationId"]
    _management_account_id = message["managementAccountId"]
    _accounts = message["accounts"]


def is_suspended(account_id):
    return bool(_accounts.get(account_id, {}).get("suspended"))


def organization_of(account_id):
    """The id of the organization that the account is in, or None."""
    return _organization_id if _accounts.get(account_id, {}).get("member") else None


def _paths(account_id):
    return [_accounts[account_id]["path"]] if organization_of(account_id) else None


def owner_of_resource(ctx):
    """The owner of the resource. An S3 ARN carries no account, so its bucket is looked up."""
    if ctx.resource_arn.startswith("arn:aws:s3:::"):
        bucket = ctx.resource_arn.removeprefix("arn:aws:s3:::").split("/", 1)[0]
        owner = next((account for account, name in s3._buckets.to_dict() if name == bucket), None)
        if owner:
            return owner
    return iam_evaluator._account_from_arn(ctx.resource_arn) or ctx.principal_account


_KEYS = {
    "aws:principalorgid": lambda ctx: organization_of(ctx.principal_account),
    "aws:principalorgpaths": lambda ctx: _paths(ctx.principal_account),
    "aws:principalorgmasteraccountid": lambda ctx: (
        _management_account_id if organization_of(ctx.principal_account) else None
    ),
    "aws:resourceaccount": owner_of_resource,
    "s3:resourceaccount": owner_of_resource,
    "aws:resourceorgid": lambda ctx: organization_of(owner_of_resource(ctx)),
    "aws:resourceorgpaths": lambda ctx: _paths(owner_of_resource(ctx)),
    "aws:principalisawsservice": lambda ctx: "false",
    "aws:viaawsservice": lambda ctx: "false",
}


def _resolve_condition_key_in_organization(key, ctx):
    resolve = _KEYS.get(key.lower())
    return resolve(ctx) if resolve else _resolve_condition_key(key, ctx)


def _resolve_credential_of_active_account(access_key_id, account_id=None, *session_token, **named):
    credential = _resolve_credential(access_key_id, account_id, *session_token, **named)
    if isinstance(credential, iam_evaluator.ResolvedCredential) and is_suspended(credential.account_id):
        return iam_evaluator.CredentialResolutionError(
            "UnrecognizedClientException", "The security token included in the request is invalid."
        )
    return credential


_EVERYTHING = [iam_evaluator.parse_policy_document({"Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}})]


def _resolve_principal_in_organization(access_key_id, account_id, credential=None):
    principal = _resolve_principal(access_key_id, account_id, credential)
    if isinstance(principal, iam_evaluator.PrincipalInfo):
        # MiniStack asks nothing more about a root. On AWS it has every right in its own account, and resource
        # policies and the organization's still bind it.
        policies = _EVERYTHING if principal.policies is None else principal.policies
        principal = dataclasses.replace(principal, policies=policies)
    return principal


def install():
    """Puts the organization into MiniStack's evaluator."""
    iam_evaluator._resolve_condition_key = _resolve_condition_key_in_organization
    iam_evaluator._principal_org_id = organization_of
    iam_evaluator.resolve_principal = _resolve_principal_in_organization
    for module in (iam_evaluator, sts):
        module.resolve_credential = _resolve_credential_of_active_account
