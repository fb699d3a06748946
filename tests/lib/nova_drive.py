#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
#
# usage: nova_drive.py MKISOFS OUT UUID TREE
#
# Makes a config drive as nova-compute does, with Nova's InstanceMetadata and ConfigDriveBuilder, and with mkisofs_cmd =
# MKISOFS. If MKISOFS ends in .conf, it is a nova.conf, which is used instead. Only the answers of the database and of
# Neutron, about block devices and security groups, come from stubs. A copy of the tree that Nova has written stays in
# TREE. The environment variable VENDORDATA has the targets of dynamic vendordata, as NAME@URL, separated by blanks.
import base64
import os
import shutil
import sys
from unittest import mock

from nova import config, objects
from nova.api.metadata import base as metadata
from nova.network import model
from nova.virt import configdrive
import nova.conf


def network():
    subnet = model.Subnet(cidr="192.0.2.0/24", gateway=model.IP("192.0.2.1"),
                          ips=[model.FixedIP(address="192.0.2.7")], version=4)
    net = model.Network(id="8f3e7c1e-0000-4000-8000-000000000001", bridge="br0", label="net",
                        subnets=[subnet], injected=True, mtu=1500)
    return model.NetworkInfo([model.VIF(id="8f3e7c1e-0000-4000-8000-000000000002", network=net,
                                        address="fa:16:3e:00:00:01", type="ovs", devname="tap0")])


def instance(uuid):
    key = objects.KeyPair(name="key", type="ssh", public_key="ssh-ed25519 AAAA test")
    flavor = objects.Flavor(name="m1", memory_mb=512, vcpus=1, root_gb=1, ephemeral_gb=0,
                            flavorid="1", swap=0, rxtx_factor=1.0, vcpu_weight=0,
                            disabled=False, is_public=True, extra_specs={}, projects=[])
    return objects.Instance(
        id=1, uuid=uuid, project_id="p", user_id="u", hostname="guest", display_name="guest",
        launch_index=0, reservation_id="r-1", availability_zone="az", key_name="key",
        key_data=key.public_key, metadata={"role": "test"}, system_metadata={},
        user_data=base64.b64encode(b"#cloud-config\n{}\n").decode(), flavor=flavor,
        ec2_ids=objects.EC2Ids(ami_id="ami-1", instance_id="i-1", kernel_id=None, ramdisk_id=None),
        keypairs=objects.KeyPairList(objects=[key]), device_metadata=None, numa_topology=None,
        image_ref="image", info_cache=objects.InstanceInfoCache(network_info=network()),
        security_groups=objects.SecurityGroupList(objects=[]))


def configure(file=None, **options):
    config.parse_args(["test"], default_config_files=[file] if file else [])
    targets = os.environ.get("VENDORDATA", "").split()
    if targets:
        nova.conf.CONF.set_override("vendordata_providers", ["StaticJSON", "DynamicJSON"], "api")
        nova.conf.CONF.set_override("vendordata_dynamic_targets", targets, "api")
    for name, value in options.items():
        nova.conf.CONF.set_override(name, value)
    objects.register_all()


def asks_nobody():
    """Returns stubs for the questions that Nova would ask a database or Neutron."""
    return (mock.patch.object(metadata, "_format_instance_mapping", return_value={"ami": "sda1"}),
            mock.patch.object(metadata.security_group_api, "get_instance_security_groups",
                              return_value=[{"name": "default"}]))


def main():
    MKISOFS, OUT, UUID, TREE = sys.argv[1:]
    if MKISOFS.endswith(".conf"):
        configure(MKISOFS)
    else:
        configure(mkisofs_cmd=MKISOFS)
    written = configdrive.ConfigDriveBuilder._make_iso9660

    def keep(self, path, tree):
        shutil.copytree(tree, TREE)
        written(self, path, tree)

    mapping, groups = asks_nobody()
    with mapping, groups, mock.patch.object(configdrive.ConfigDriveBuilder, "_make_iso9660", keep):
        found = metadata.InstanceMetadata(instance(UUID), content=[("/etc/motd", b"welcome\n")],
                                          network_info=network(), extra_md={"admin_pass": "x"})
        with configdrive.ConfigDriveBuilder(instance_md=found) as drive:
            drive.make_drive(OUT)


if __name__ == "__main__":
    main()
