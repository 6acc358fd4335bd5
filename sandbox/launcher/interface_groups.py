"""Security groups of network interfaces: moto adds those that the instance was launched with to whatever an interface is given later.

An instance's groups are those of its primary interface (API reference, ModifyInstanceAttribute, `GroupId.N`), and each interface has its own: one at
least, while moto takes a change of some other attributes for one to no groups.
"""

from moto.ec2.models.elastic_network_interfaces import NetworkInterface
from moto.ec2.models.instances import Instance


def groups_of_interface(self):
    return self._group_set


def groups_of_instance(self):
    primary = self.__dict__.get("nics", {}).get(0)
    return self.__dict__["launched_with"] if primary is None else primary._group_set


def give_groups(self, groups):
    primary = self.__dict__.get("nics", {}).get(0)
    if primary is None:
        self.__dict__["launched_with"] = groups
    elif groups:
        primary._group_set = list(groups)


def install():
    NetworkInterface.group_set = property(groups_of_interface)
    Instance.security_groups = property(groups_of_instance, give_groups)
