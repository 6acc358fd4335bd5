"""`aws:PrincipalArn` of a session is the ARN of its role, path included; MiniStack compares the session's own.

Source: IAM user guide, "AWS global condition context keys": for IAM roles the request context returns the role's ARN,
not that of the user who assumed it.
"""

from ministack.core import iam_evaluator
from ministack.services import iam


def _principal_arn(ctx):
    arn = ctx.principal_arn
    if ":assumed-role/" not in arn:
        return arn
    name = iam_evaluator._role_name_from_assumed_arn(arn)
    # The role may be gone, and its path with it, while its sessions last.
    role = iam._roles.get_scoped(ctx.principal_account, None, name) or {}
    return role.get("Arn") or f"arn:{arn.split(':')[1]}:iam::{ctx.principal_account}:role/{name}"


def install():
    """Puts the role's ARN into MiniStack's evaluator, whatever else was put there before."""
    resolve = iam_evaluator._resolve_condition_key
    iam_evaluator._resolve_condition_key = lambda key, ctx: (
        _principal_arn(ctx) if key.lower() == "aws:principalarn" else resolve(key, ctx)
    )
