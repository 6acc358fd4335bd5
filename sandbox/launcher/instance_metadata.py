"""Changes of an instance's metadata options: moto forgets those that a call does not name (API reference, ModifyInstanceMetadataOptions)."""

from moto.ec2.models.instances import InstanceBackend

modify_all = InstanceBackend.modify_instance_metadata_options

# The backend's parameters by the names that the options have for them.
PARAMETERS = {
    "http_tokens": "http_tokens",
    "hop_limit": "http_put_response_hop_limit",
    "http_endpoint": "http_endpoint",
    "http_protocol": "http_protocol_ipv6",
    "metadata_tags": "instance_metadata_tags",
}


def modify_instance_metadata_options(self, instance_id, **given):
    before = self.get_instance(instance_id).metadata_options
    for parameter, option in PARAMETERS.items():
        if given.get(parameter) is None:
            given[parameter] = getattr(before, option, None)
    return modify_all(self, instance_id, **given)


def install():
    InstanceBackend.modify_instance_metadata_options = modify_instance_metadata_options
