"""Service-linked roles under the names that AWS gives them; MiniStack makes names up from the service principal."""

from ministack.core.responses import get_account_id
from ministack.services import iam

# Each from the service's own user guide, "Using service-linked roles".
_NAMES = {
    "access-analyzer.amazonaws.com": "AccessAnalyzer",
    "agentless.inspector2.amazonaws.com": "AmazonInspector2Agentless",
    "autoscaling.amazonaws.com": "AutoScaling",
    "cloudtrail.amazonaws.com": "CloudTrail",
    "config-conforms.amazonaws.com": "ConfigConforms",
    "config-multiaccountsetup.amazonaws.com": "ConfigMultiAccountSetup",
    "config.amazonaws.com": "Config",
    "guardduty.amazonaws.com": "AmazonGuardDuty",
    "inspector2.amazonaws.com": "AmazonInspector2",
    "malware-protection.guardduty.amazonaws.com": "AmazonGuardDutyMalwareProtection",
    "organizations.amazonaws.com": "Organizations",
    "securityhub.amazonaws.com": "SecurityHub",
    "ssm.amazonaws.com": "AmazonSSM",
}

_create = iam._create_service_linked_role


def role_name_of(service_principal):
    return f"AWSServiceRoleFor{_NAMES.get(service_principal) or service_principal.split('.')[0].capitalize()}"


def _create_under_its_name(parameters):
    service_principal = iam._p(parameters, "AWSServiceName")
    name = role_name_of(service_principal)
    if name in iam._roles:
        message = f"Service role name {name} has been taken in this account, please try a different suffix."
        return iam._error(400, "InvalidInput", message, ns="iam")
    made_up = f"AWSServiceRoleFor{service_principal.split('.')[0].capitalize()}"
    kept = iam._roles.pop(made_up, None)
    answer = _create(parameters)
    role = iam._roles.pop(made_up)
    role["RoleName"] = name
    role["Arn"] = f"arn:aws:iam::{get_account_id()}:role{role['Path']}{name}"
    iam._roles[name] = role
    if kept:
        iam._roles[made_up] = kept
    role_xml = f"<Role>{iam._role_xml(name)}</Role>"
    return answer[0], answer[1], _with_role(answer[2], role_xml)


def _with_role(body, role_xml):
    start, end = body.index(b"<Role>"), body.index(b"</Role>") + len(b"</Role>")
    return body[:start] + role_xml.encode() + body[end:]


def install():
    """Replaces MiniStack's CreateServiceLinkedRole."""
    handlers = next(
        table for table in vars(iam).values()
        if isinstance(table, dict) and table.get("CreateServiceLinkedRole") is _create
    )
    handlers["CreateServiceLinkedRole"] = _create_under_its_name
