"""JSON lines between the gateway and this process: calls on stdin, answers on stdout.

A pipe needs no secret and costs less than HTTP, and its end says that the gateway is gone, however it died.
"""

import asyncio
import contextvars
import json
import os
import signal
import sys
import threading
import traceback


def take_stdout():
    """A binary stream on the real stdout, whose place stderr takes so that a stray print breaks no line."""
    answers = os.fdopen(os.dup(1), "wb", buffering=0)
    os.dup2(2, 1)
    return answers


def end_session():
    """Kills this process and all that it started (Lambda workers included): the gateway made it a session of its own."""
    if os.getpgid(0) == os.getpid():
        os.killpg(0, signal.SIGKILL)
    os._exit(0)


def exit_with_gateway():
    """For a server that takes no calls: a thread that waits for the end of stdin."""

    def wait():
        while os.read(0, 4096):
            pass
        end_session()

    threading.Thread(target=wait, name="gateway-watch", daemon=True).start()


async def answer_calls(calls, answers):
    """Answers `{"id", "call", ...}` by `calls[call](message)` in order of arrival, until the gateway closes stdin."""
    reader = asyncio.StreamReader(limit=64 * 1024 * 1024)
    await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    while line := await reader.readline():
        message = json.loads(line)
        # A context of its own for each call: MiniStack keeps account, region and caller in context variables.
        answer = contextvars.Context().run(_answer, calls, message)
        answers.write(json.dumps({"id": message["id"], **answer}).encode() + b"\n")
    end_session()


def _answer(calls, message):
    try:
        return {"result": calls[message["call"]](message)}
    except Exception:
        return {"failure": traceback.format_exc()}
