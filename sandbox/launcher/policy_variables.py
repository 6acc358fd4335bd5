"""Policy variables in the resources of statements: `${aws:PrincipalAccount}`. MiniStack takes them for plain text.

Source: IAM User Guide, "IAM policy elements: Variables and tags". A variable without a value matches nothing, and what a
value holds is no wildcard; `${*}`, `${?}` and `${$}` stand for the characters themselves and are not served.
"""

import dataclasses
import re

from ministack.core import iam_evaluator

_VARIABLE = re.compile(r"\$\{([\w:./-]+)\}")

_first_match = iam_evaluator._first_match


def _filled(pattern, ctx):
    """The pattern with its variables' values, or None where one has none."""
    values = {key: iam_evaluator._resolve_condition_key(key, ctx) for key in _VARIABLE.findall(pattern)}
    if any(not isinstance(value, str) or re.search(r"[*?]", value) for value in values.values()):
        return None
    return _VARIABLE.sub(lambda found: values[found[1]], pattern)


def _all_filled(patterns, ctx):
    return [filled for filled in (_filled(pattern, ctx) for pattern in patterns) if filled is not None]


def _with_values(statement, ctx):
    """The statement for this request, or None where none of its resources can be one."""
    if not any("${" in pattern for pattern in (*statement.resources, *statement.not_resources)):
        return statement
    resources = _all_filled(statement.resources, ctx)
    if statement.resources and not resources:
        return None
    return dataclasses.replace(
        statement, resources=resources, not_resources=_all_filled(statement.not_resources, ctx)
    )


def _first_match_with_values(ctx, statements, effect):
    meant = (_with_values(statement, ctx) for statement in statements if statement.effect == effect)
    return _first_match(ctx, [statement for statement in meant if statement is not None], effect)


def install():
    """Has MiniStack's evaluator put values for variables before it compares."""
    iam_evaluator._first_match = _first_match_with_values
