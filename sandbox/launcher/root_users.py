"""Root users of accounts: sessions of AssumeRoot, held to one task, and the credentials that a root user has.

MiniStack knows root users as callers only. Calls that name no user mean the caller's own credentials, which of a root user
are kept here: its password and MFA devices as those of the user `root-account`, its access keys where MiniStack keeps keys
that name no user. A password is looked at, set and deleted by a session of AssumeRoot alone. The console, which no API is,
gives a root user its MFA device; here EnableMFADevice does, called by the root user for the user name `root-account`.
Signing certificates MiniStack has of nobody.

Source: IAM user guide, "AWS managed policies for IAM", `root-task/`; IAM API reference, GetLoginProfile, DeactivateMFADevice,
UploadSigningCertificate; "AWS global condition context keys", `aws:AssumedRoot`.
"""

import contextvars
import dataclasses
import re
import time

from ministack.core import iam_actions, iam_evaluator
from ministack.core.responses import get_account_id
from ministack.core.router import extract_access_key_id
from ministack.services import iam, sts

_ROOT = "root-account"
_LISTS = [
    "iam:ListAccessKeys", "iam:ListSigningCertificates", "iam:GetLoginProfile", "iam:ListMFADevices", "iam:GetUser",
    "iam:GetAccessKeyLastUsed",
]
_CREATES = ["iam:CreateLoginProfile", "iam:GetLoginProfile"]
_DELETES = [
    "iam:DeleteAccessKey", "iam:DeleteSigningCertificate", "iam:DeleteLoginProfile", "iam:DeactivateMFADevice", *_LISTS,
]
_POLICY_CALLS = ["s3:DeleteBucketPolicy", "s3:PutBucketPolicy", "s3:GetBucketPolicy", "s3:ListAllMyBuckets"]
_QUEUE_CALLS = ["sqs:SetQueueAttributes", "sqs:GetQueueAttributes", "sqs:ListQueues", "sqs:GetQueueUrl"]


def _only(actions, own=(), free=()):
    """Denies all but `actions` and `free`, and `actions` on anything but a root user where `own`."""
    statements = [{"Effect": "Deny", "NotAction": [*actions, *free], "Resource": "*"}]
    if own:
        statements.append({"Effect": "Deny", "Action": actions, "NotResource": "arn:aws:iam::*:root"})
    return iam_evaluator.parse_policy_document({"Version": "2012-10-17", "Statement": statements})


_TASKS = {
    "IAMAuditRootUserCredentials": _only(_LISTS, own=True, free=["iam:GetAccountSummary"]),
    "IAMCreateRootUserPassword": _only(_CREATES, own=True),
    "IAMDeleteRootUserCredentials": _only(_DELETES, own=True),
    "S3UnlockBucketPolicy": _only(_POLICY_CALLS),
    "SQSUnlockQueuePolicy": _only(_QUEUE_CALLS),
}

# By account and user: {certificate id: {body, uploaded}}.
_certificates = {}

_access_key = contextvars.ContextVar("access_key", default="")

_handle_request = iam.handle_request
_resolve_principal = None
_extract_resource_arn = None


def open_session(message):
    """Credentials of the root user of `accountId` for one `task` and `seconds`."""
    account, seconds = message["accountId"], message["seconds"]
    key, secret, token = sts._gen_session_access_key(), sts._gen_secret(), sts._gen_session_token()
    expiration = time.time() + seconds
    session = {
        "Arn": f"arn:aws:iam::{account}:root", "UserId": account, "AccountId": account, "PrincipalType": "Root",
        "SecretAccessKey": secret, "SessionToken": token, "Expiration": expiration, "RootTask": message["task"],
    }
    if message.get("sourceIdentity"):
        session["SourceIdentity"] = message["sourceIdentity"]
    sts.register_session(key, session)
    return {"accessKeyId": key, "secretAccessKey": secret, "sessionToken": token, "expiration": int(expiration)}


def _task_of(access_key):
    return (sts._sessions.get(access_key) or {}).get("RootTask")


def _resolve_principal_of_task(access_key_id, account_id, credential=None):
    principal = _resolve_principal(access_key_id, account_id, credential)
    task = _task_of(access_key_id)
    if task is None or not isinstance(principal, iam_evaluator.PrincipalInfo):
        return principal
    return dataclasses.replace(
        principal, policies=[*principal.policies, _TASKS[task]], keys={**principal.keys, "aws:assumedroot": "true"}
    )


def _is_root(key):
    return bool(re.fullmatch(r"\d{12}", key)) or _task_of(key) is not None


def _caller():
    """The access key that signed the request, and whether it is a root user's."""
    return _access_key.get(), _is_root(_access_key.get())


async def _handle_request_of(method, path, headers, body, query_params):
    _access_key.set(extract_access_key_id(headers, query_params) or "")
    return await _handle_request(method, path, headers, body, query_params)


def _resource_arn(service, method, path, headers, body, parameters, region, account_id):
    if service == "iam" and not iam._p(parameters, "UserName"):
        action = iam._p(parameters, "Action")
        if f"iam:{action}" in (*_CREATES, *_DELETES) and _is_root(extract_access_key_id(headers, parameters) or ""):
            return f"arn:aws:iam::{account_id}:root"
    return _extract_resource_arn(service, method, path, headers, body, parameters, region, account_id)


def _of_root(handler, by_session):
    """The handler of a call that may leave the user's name out. A root user may do so by a session where `by_session`."""

    def handle(parameters):
        key, is_root = _caller()
        if iam._p(parameters, "UserName") or not is_root:
            return handler(parameters)
        if by_session and _task_of(key) is None:
            return iam._error(400, "ValidationError", "Must specify userName when calling with non-User credentials", ns="iam")
        return handler({**parameters, "UserName": [_ROOT]})

    return handle


def _create_login_profile(parameters):
    if iam._p(parameters, "UserName") != _ROOT:
        return _originals["CreateLoginProfile"](parameters)
    if _ROOT in iam._login_profiles:
        return iam._error(409, "EntityAlreadyExists", "Login profile for the root user already exists.", ns="iam")
    iam._login_profiles[_ROOT] = {"UserName": _ROOT, "CreateDate": iam._now(), "PasswordResetRequired": False}
    profile = f"<LoginProfile>{iam._login_profile_xml(_ROOT)}</LoginProfile>"
    result = f"<CreateLoginProfileResult>{profile}</CreateLoginProfileResult>"
    return iam._xml(200, "CreateLoginProfileResponse", result, ns="iam")


def _enable_mfa_device(parameters):
    device = iam._mfa_devices.get(iam._p(parameters, "SerialNumber"))
    if iam._p(parameters, "UserName") != _ROOT or not _caller()[1] or device is None or device["User"]:
        return _originals["EnableMFADevice"](parameters)
    device.update({"User": _ROOT, "EnableDate": iam._now()})
    return iam._xml(200, "EnableMFADeviceResponse", "", ns="iam")


def _certificates_of(parameters):
    return _certificates.setdefault((get_account_id(), iam._p(parameters, "UserName")), {})


def _upload_signing_certificate(parameters):
    body = iam._p(parameters, "CertificateBody")
    if "-----BEGIN CERTIFICATE-----" not in body:
        return iam._error(400, "MalformedCertificate", "Unable to parse certificate.", ns="iam")
    held = _certificates_of(parameters)
    if len(held) >= 2:
        return iam._error(409, "LimitExceeded", "Cannot exceed quota for SigningCertificatesPerUser: 2", ns="iam")
    identifier = iam.new_uuid().replace("-", "").upper()
    held[identifier] = {"body": body, "uploaded": iam._now()}
    member = _certificate_xml(parameters, identifier, held[identifier])
    result = f"<UploadSigningCertificateResult><Certificate>{member}</Certificate></UploadSigningCertificateResult>"
    return iam._xml(200, "UploadSigningCertificateResponse", result, ns="iam")


def _certificate_xml(parameters, identifier, certificate):
    return (
        f"<UserName>{iam._p(parameters, 'UserName')}</UserName><CertificateId>{identifier}</CertificateId>"
        f"<CertificateBody>{certificate['body']}</CertificateBody><Status>Active</Status>"
        f"<UploadDate>{certificate['uploaded']}</UploadDate>"
    )


def _list_signing_certificates(parameters):
    held = _certificates_of(parameters).items()
    members = "".join(f"<member>{_certificate_xml(parameters, *entry)}</member>" for entry in held)
    listed = f"<Certificates>{members}</Certificates><IsTruncated>false</IsTruncated>"
    result = f"<ListSigningCertificatesResult>{listed}</ListSigningCertificatesResult>"
    return iam._xml(200, "ListSigningCertificatesResponse", result, ns="iam")


def _delete_signing_certificate(parameters):
    identifier = iam._p(parameters, "CertificateId")
    if _certificates_of(parameters).pop(identifier, None) is None:
        return iam._error(404, "NoSuchEntity", f"The Certificate with id {identifier} cannot be found.", ns="iam")
    return iam._xml(200, "DeleteSigningCertificateResponse", "", ns="iam")


_originals = {}
_HANDLERS = {
    "CreateLoginProfile": (_create_login_profile, True),
    "GetLoginProfile": (None, True),
    "DeleteLoginProfile": (None, True),
    "DeactivateMFADevice": (None, True),
    "ListMFADevices": (None, False),
    "EnableMFADevice": (_enable_mfa_device, False),
    "UploadSigningCertificate": (_upload_signing_certificate, False),
    "ListSigningCertificates": (_list_signing_certificates, False),
    "DeleteSigningCertificate": (_delete_signing_certificate, False),
}


def install():
    """Puts root users into MiniStack's IAM, around what others put there before."""
    global _resolve_principal, _extract_resource_arn
    _resolve_principal = iam_evaluator.resolve_principal
    iam_evaluator.resolve_principal = _resolve_principal_of_task
    _extract_resource_arn = iam_actions.extract_resource_arn
    iam_actions.extract_resource_arn = _resource_arn
    iam.handle_request = _handle_request_of
    for name, (handler, by_session) in _HANDLERS.items():
        _originals[name] = iam._IAM_HANDLERS.get(name)
        iam._IAM_HANDLERS[name] = _of_root(handler or _originals[name], by_session)
