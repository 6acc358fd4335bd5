"""UpdateAccountPasswordPolicy as AWS has it: what a call leaves out goes back to its default. MiniStack keeps it.

Source: IAM API reference, UpdateAccountPasswordPolicy ("does not support partial updates") and its parameters.
"""

from ministack.services import iam

# Zero days and zero passwords are how MiniStack keeps "never expires" and "may be reused": they are not told.
_DEFAULTS = {
    "MinimumPasswordLength": "6",
    "RequireSymbols": "false",
    "RequireNumbers": "false",
    "RequireUppercaseCharacters": "false",
    "RequireLowercaseCharacters": "false",
    "AllowUsersToChangePassword": "false",
    "MaxPasswordAge": "0",
    "PasswordReusePrevention": "0",
    "HardExpiry": "false",
}

_update = iam._update_account_password_policy


def _update_whole(parameters):
    return _update({**{name: [value] for name, value in _DEFAULTS.items()}, **parameters})


def install():
    """Replaces MiniStack's UpdateAccountPasswordPolicy."""
    handlers = next(
        table for table in vars(iam).values()
        if isinstance(table, dict) and table.get("UpdateAccountPasswordPolicy") is _update
    )
    handlers["UpdateAccountPasswordPolicy"] = _update_whole
