"""CreateTrail takes tags, which MiniStack leaves out. Source: CloudTrail API reference, CreateTrail, `TagsList`."""

import json

from ministack.services import cloudtrail

_create = cloudtrail._create_trail


def _create_with_tags(body):
    answer = _create(body)
    if answer[0] == 200 and body.get("TagsList"):
        cloudtrail._add_tags({"ResourceId": json.loads(answer[2])["TrailARN"], "TagsList": body["TagsList"]})
    return answer


def install():
    """Replaces MiniStack's CreateTrail."""
    handlers = next(
        table for table in vars(cloudtrail).values()
        if isinstance(table, dict) and table.get("CreateTrail") is _create
    )
    handlers["CreateTrail"] = _create_with_tags
