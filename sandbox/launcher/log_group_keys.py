"""AssociateKmsKey and DisassociateKmsKey of CloudWatch Logs, which MiniStack leaves out; it keeps the key of CreateLogGroup."""

import json

from ministack.core.responses import error_response_json, json_response
from ministack.services import cloudwatch_logs

_CALLS = {"Logs_20140328.AssociateKmsKey", "Logs_20140328.DisassociateKmsKey"}
_handle_request = cloudwatch_logs.handle_request


async def _handle_request_with_keys(method, path, headers, body, query_params):
    target = headers.get("x-amz-target", "")
    if target not in _CALLS:
        return await _handle_request(method, path, headers, body, query_params)
    request = json.loads(body or b"{}")
    name = request.get("logGroupName") or request.get("resourceIdentifier", "").partition(":log-group:")[2]
    group = cloudwatch_logs._log_groups.get(name)
    if group is None:
        return error_response_json("ResourceNotFoundException", "The specified log group does not exist.", 400)
    key = request.get("kmsKeyId") if target.endswith(".AssociateKmsKey") else None
    if target.endswith(".AssociateKmsKey") and not key:
        return error_response_json("InvalidParameterException", "kmsKeyId is required.", 400)
    group["kmsKeyId"] = key
    return json_response({})


def install():
    """Wraps MiniStack's CloudWatch Logs."""
    cloudwatch_logs.handle_request = _handle_request_with_keys
