"""A receiver that goes away while it waits for messages gets none, as on AWS. MiniStack would go on waiting in its name,
take the next message and keep it invisible from everybody for the queue's visibility timeout.
"""

import asyncio

_TARGET = (b"x-amz-target", b"AmazonSQS.ReceiveMessage")


def ended_with_client(app):
    """Wraps an ASGI application."""

    async def wrapped(scope, receive, send):
        if _TARGET not in scope.get("headers", []):
            return await app(scope, receive, send)
        asked = asyncio.Event()

        async def read():
            message = await receive()
            if not message.get("more_body"):
                asked.set()
            return message

        async def gone():
            await asked.wait()
            while (await receive())["type"] != "http.disconnect":
                pass

        answer, disconnect = asyncio.ensure_future(app(scope, read, send)), asyncio.ensure_future(gone())
        try:
            await asyncio.wait({answer, disconnect}, return_when=asyncio.FIRST_COMPLETED)
            if answer.done():
                answer.result()
        finally:
            for task in (answer, disconnect):
                task.cancel()

    return wrapped
