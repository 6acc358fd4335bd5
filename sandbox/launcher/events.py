"""Delivery of `aws.*` events, which the public PutEvents refuses to everyone."""

import json

from ministack.core.responses import request_scope
from ministack.services import eventbridge


def put_event(message):
    """Puts one service event on the default bus of `accountId` in `region`."""
    entry = {
        "Source": message["source"],
        "DetailType": message["detailType"],
        "Detail": json.dumps(message["detail"]),
        "Resources": message.get("resources", []),
    }
    with request_scope(message["accountId"], message["region"]):
        status, _, body = eventbridge._put_events({"Entries": [entry]}, allow_aws_source=True)
    result = json.loads(body)
    if status != 200 or result.get("FailedEntryCount"):
        raise RuntimeError(f"putting the event {message['source']} {message['detailType']}: {body!r}")
    return result["Entries"][0]
