"""The sandbox speaks HTTP on loopback, where AWS's endpoints speak TLS: its calls count as encrypted, or a bucket policy
that demands TLS would refuse them all. A client that sends `x-forwarded-proto: http` says that it is not."""

import contextvars

import ministack.app
from ministack.core import iam_evaluator

_plain = contextvars.ContextVar("plain_transport", default=False)
_pin_request_origin = iam_evaluator.pin_request_origin


def _pin_encrypted_origin(source_ip, secure_transport):
    _pin_request_origin(source_ip, not _plain.get())


def encrypted(app):
    """Wraps an ASGI application."""

    async def wrapped(scope, receive, send):
        _plain.set((b"x-forwarded-proto", b"http") in scope.get("headers", []))
        await app(scope, receive, send)

    return wrapped


def install():
    # What services deliver to each other by themselves is of no request, and encrypted on AWS.
    iam_evaluator._request_origin = contextvars.ContextVar("request_origin", default=("127.0.0.1", True))
    ministack.app.pin_request_origin = _pin_encrypted_origin
    iam_evaluator.pin_request_origin = _pin_encrypted_origin
