"""MiniStack behind the gateway: its public API on a free loopback port, and calls from the gateway on a pipe.

Prints one line `{"port": ...}` when it listens; ends with the gateway.
"""

import asyncio
import json
import socket

import pipe

answers = pipe.take_stdout()

import access_keys  # noqa: E402
import alarm_metrics  # noqa: E402
import assume_role  # noqa: E402
import authorization  # noqa: E402
import events  # noqa: E402
import iam_requests  # noqa: E402
import log_group_keys  # noqa: E402
import long_polls  # noqa: E402
import organization  # noqa: E402
import organization_policies  # noqa: E402
import password_policy  # noqa: E402
import policy_variables  # noqa: E402
import principal_arn  # noqa: E402
import root_users  # noqa: E402
import service_linked_roles  # noqa: E402
import service_sessions  # noqa: E402
import trail_tags  # noqa: E402
import transport  # noqa: E402
import universal_targets  # noqa: E402
from hypercorn.asyncio import serve  # noqa: E402
from hypercorn.config import Config  # noqa: E402
from ministack.app import app  # noqa: E402

CALLS = {
    "authorize": authorization.authorize,
    "identify": authorization.identify,
    "forwardSession": service_sessions.forward_session,
    "openRootSession": root_users.open_session,
    "openServiceSession": service_sessions.open_session,
    "putEvent": events.put_event,
    "setControls": organization_policies.set_controls,
    "setMembership": organization.set_membership,
}


async def main():
    parts = (
        organization, organization_policies, principal_arn, assume_role, service_linked_roles, iam_requests, root_users,
        password_policy, policy_variables, trail_tags, transport, log_group_keys, universal_targets,
        alarm_metrics, access_keys,
    )
    for part in parts:
        part.install()
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    listener.bind(("127.0.0.1", 0))
    listener.listen(512)
    config = Config()
    config.bind = [f"fd://{listener.fileno()}"]
    config.keep_alive_timeout = 75
    config.loglevel = "WARNING"
    server = asyncio.ensure_future(serve(transport.encrypted(long_polls.ended_with_client(app)), config))
    answers.write(json.dumps({"port": listener.getsockname()[1]}).encode() + b"\n")
    await asyncio.gather(server, pipe.answer_calls(CALLS, answers))


asyncio.run(main())
