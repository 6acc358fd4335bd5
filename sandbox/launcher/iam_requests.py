"""What MiniStack's IAM leaves out of requests: resources of roles with a path, of instance profiles, of service-linked
roles, of access keys, of rules on the default bus, of alarms, dashboards, tagged topics and tables, IAM's own condition
keys, and the function that is to be fed.

Source of names and keys: service authorization reference, "AWS Identity and Access Management", "Amazon EventBridge",
"Amazon CloudWatch", "Amazon SNS", "Amazon DynamoDB" and "AWS Lambda".
"""

from ministack.core import iam_actions
from ministack.services import iam
from service_linked_roles import role_name_of

_extract_resource_arn = iam_actions.extract_resource_arn
_request_tag_context = iam_actions.request_tag_context

_BOUNDARY_IN_REQUEST = {"CreateRole", "CreateUser", "PutRolePermissionsBoundary", "PutUserPermissionsBoundary"}


def _value(parameters, name):
    return iam_actions._query_param(parameters, name)


def _resource_arn(service, method, path, headers, body, parameters, region, account_id):
    arn = _extract_resource_arn(service, method, path, headers, body, parameters, region, account_id)
    if service == "iam":
        return _iam_resource(parameters, account_id) or arn
    if service == "events":
        # The ARN of a rule names its bus only where that is not the default one.
        return _rule(body, region, account_id, arn).replace(":rule/default/", ":rule/")
    if service == "monitoring" and arn == "*":
        return _watched(headers, body, region, account_id) or arn
    if service == "sns" and arn == "*":
        return _value(parameters, "ResourceArn") or arn
    if service == "cloudtrail" and arn == "*":
        return _tagged_trail(body) or arn
    if service == "dynamodb" and arn == "*":
        # Calls on tags name a table by its ARN.
        return iam_actions._safe_json_field(body, "ResourceArn") or arn
    if service == "lambda" and arn == "*" and path.rstrip("/").endswith("/functions"):
        name = iam_actions._safe_json_field(body, "FunctionName")
        return f"arn:aws:lambda:{region}:{account_id}:function:{name}" if name else arn
    if service == "kms" and arn == "*":
        return _aliased_key(body, region, account_id) or arn
    return arn


def _rule(body, region, account_id, arn):
    """Calls on the targets of a rule name it as `Rule`, calls on tags by its ARN."""
    tagged = iam_actions._safe_json_field(body, "ResourceARN")
    rule = iam_actions._safe_json_field(body, "Rule")
    bus = iam_actions._safe_json_field(body, "EventBusName") or "default"
    return tagged or (f"arn:aws:events:{region}:{account_id}:rule/{bus}/{rule}" if rule else arn)


def _watched(headers, body, region, account_id):
    """Alarms and dashboards in JSON calls; of several, the first, as MiniStack asks about one resource. Describing asks
    about none: it finds alarms."""
    if headers.get("x-amz-target", "").endswith(".DescribeAlarms"):
        return None
    field = lambda name: iam_actions._safe_json_field(body, name)  # noqa: E731
    dashboard = field("DashboardName") or next(iter(field("DashboardNames") or []), None)
    if dashboard:
        return f"arn:aws:cloudwatch::{account_id}:dashboard/{dashboard}"
    alarm = next(iter(field("AlarmNames") or []), None)
    return f"arn:aws:cloudwatch:{region}:{account_id}:alarm:{alarm}" if alarm else field("ResourceARN")


def _tagged_trail(body):
    """Calls on the tags of a trail name it by its ARN."""
    several = iam_actions._safe_json_field(body, "ResourceIdList")
    return iam_actions._safe_json_field(body, "ResourceId") or (several[0] if several else None)


def _aliased_key(body, region, account_id):
    """CreateAlias and UpdateAlias name their key otherwise than the rest. (AWS asks about the alias as well.)"""
    key = iam_actions._safe_json_field(body, "TargetKeyId")
    return f"arn:aws:kms:{region}:{account_id}:key/{key.rsplit('/', 1)[-1]}" if key else None


def _iam_resource(parameters, account_id):
    prefix = f"arn:aws:iam::{account_id}:"
    service_name = _value(parameters, "AWSServiceName")
    if service_name:
        return f"{prefix}role/aws-service-role/{service_name}/{role_name_of(service_name)}"
    profile = _value(parameters, "InstanceProfileName")
    if profile:
        entity = iam._instance_profiles.get(profile) or {}
        return entity.get("Arn") or f"{prefix}instance-profile{_value(parameters, 'Path') or '/'}{profile}"
    for parameter, kind, entities in (("RoleName", "role", iam._roles), ("UserName", "user", iam._users)):
        name = _value(parameters, parameter)
        if name:
            entity = entities.get_scoped(account_id, None, name) or {}
            return entity.get("Arn") or f"{prefix}{kind}{_value(parameters, 'Path') or '/'}{name}"
    if _value(parameters, "Action") == "GetAccessKeyLastUsed":
        # Decided on the user that owns the key, whom the request does not name.
        key = iam._access_keys.get_scoped(account_id, None, _value(parameters, "AccessKeyId")) or {}
        return (iam._users.get_scoped(account_id, None, key.get("UserName")) or {}).get("Arn")
    policy_name = _value(parameters, "PolicyName")
    if policy_name and not _value(parameters, "GroupName"):
        return f"{prefix}policy{_value(parameters, 'Path') or '/'}{policy_name}"
    return None


def _request_context(service, action, body, parameters):
    context = _request_tag_context(service, action, body, parameters)
    if action == "lambda:CreateEventSourceMapping":
        function = iam_actions._safe_json_field(body, "FunctionName") or ""
        return {**context, "lambda:FunctionArn": function}
    if service != "iam":
        return context
    operation = action.split(":", 1)[-1]
    policy_arn = _value(parameters, "PolicyArn")
    if policy_arn and operation.startswith(("Attach", "Detach")):
        context["iam:PolicyARN"] = policy_arn
    if _value(parameters, "AWSServiceName"):
        context["iam:AWSServiceName"] = _value(parameters, "AWSServiceName")
    boundary = _boundary(operation, parameters)
    return {**context, "iam:PermissionsBoundary": boundary} if boundary else context


def _boundary(operation, parameters):
    """The boundary that the request sets, or else the one that the role or user of the request has."""
    if operation in _BOUNDARY_IN_REQUEST:
        return _value(parameters, "PermissionsBoundary")
    entity = iam._roles.get(_value(parameters, "RoleName")) or iam._users.get(_value(parameters, "UserName"))
    return (entity or {}).get("PermissionsBoundary")


def install():
    """Completes the requests that MiniStack authorizes."""
    iam_actions.extract_resource_arn = _resource_arn
    iam_actions.request_tag_context = _request_context
