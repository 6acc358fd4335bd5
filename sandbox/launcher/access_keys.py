"""Access keys as AWS has them, and old ones.

ListAccessKeys: a user that is not there is an error; MiniStack answers that it has no keys. Source: IAM API reference, ListAccessKeys, errors.

A key can't be made as an old one. Those of a user with the tag `sandbox:keys-created` are of the date that it says.
"""

from xml.etree import ElementTree

from ministack.services import iam

_list = iam._IAM_HANDLERS["ListAccessKeys"]
_create = iam._IAM_HANDLERS["CreateAccessKey"]
CREATED = "sandbox:keys-created"


def _list_of_user(parameters):
    name = iam._p(parameters, "UserName")
    if name and name not in iam._users:
        return iam._error(404, "NoSuchEntity", f"The user with name {name} cannot be found.", ns="iam")
    return _list(parameters)


def _create_for_user(parameters):
    answer = _create(parameters)
    tags = iam._users.get(iam._p(parameters, "UserName"), {}).get("Tags") or []
    created = next((tag["Value"] for tag in tags if tag["Key"] == CREATED), None)
    if created is not None and answer[0] == 200:
        made = ElementTree.fromstring(answer[2]).find(".//{*}AccessKeyId").text
        iam._access_keys[made]["CreateDate"] = created
    return answer


def install():
    """Replaces MiniStack's ListAccessKeys and CreateAccessKey."""
    iam._IAM_HANDLERS["CreateAccessKey"] = _create_for_user
    iam._IAM_HANDLERS["ListAccessKeys"] = _list_of_user
