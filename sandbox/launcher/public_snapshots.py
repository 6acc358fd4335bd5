"""Which EBS snapshots moto lists: it knows no owners and no rights to restore in DescribeSnapshots (API reference), and lists all."""

from moto.core.responses import ActionResult
from moto.ec2.responses.elastic_block_store import ElasticBlockStore

describe_all = ElasticBlockStore.describe_snapshots


def describe_snapshots(self):
    owners = {self.current_account if one == "self" else one for one in self._get_param("OwnerIds", [])}
    restorers = {self.current_account if one == "self" else one for one in self._get_param("RestorableByUserIds", [])}
    listed = describe_all(self).result["Snapshots"]
    if owners:
        listed = [one for one in listed if one.owner_id in owners]
    if restorers:
        listed = [one for one in listed if restorers & restorers_of(one)]
    return ActionResult({"Snapshots": listed})


def restorers_of(snapshot):
    return {snapshot.owner_id} | snapshot.create_volume_permission_groups | snapshot.create_volume_permission_userids


def install():
    ElasticBlockStore.describe_snapshots = describe_snapshots
