"""ListAccessKeys as AWS has it: a user that is not there is an error. MiniStack answers that it has no keys.

Source: IAM API reference, ListAccessKeys, errors.
"""

from ministack.services import iam

_list = iam._IAM_HANDLERS["ListAccessKeys"]


def _list_of_user(parameters):
    name = iam._p(parameters, "UserName")
    if name and name not in iam._users:
        return iam._error(404, "NoSuchEntity", f"The user with name {name} cannot be found.", ns="iam")
    return _list(parameters)


def install():
    """Replaces MiniStack's ListAccessKeys."""
    iam._IAM_HANDLERS["ListAccessKeys"] = _list_of_user
