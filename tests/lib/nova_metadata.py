#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Debian's Nova as a client of dynamic vendordata. The targets are in the environment variable VENDORDATA (see
nova_drive.py), or in the nova.conf that NOVA_CONF names.

    nova_metadata.py ask UUID            prints what Nova's DynamicVendorData gets for an instance, as JSON
    nova_metadata.py serve UUID PORTFILE runs Nova's metadata service for an instance, on the loopback
"""
import json
import os
import sys
import wsgiref.simple_server
from unittest import mock

from nova.api.metadata import base, handler, vendordata_dynamic

import nova_drive


class Quiet(wsgiref.simple_server.WSGIRequestHandler):
    def log_message(self, *args):
        pass


def ask(uuid):
    print(json.dumps(vendordata_dynamic.DynamicVendorData(nova_drive.instance(uuid)).get()))


def serve(uuid, portfile):
    mapping, groups = nova_drive.asks_nobody()
    with mapping, groups:
        found = base.InstanceMetadata(nova_drive.instance(uuid), network_info=nova_drive.network())
        with mock.patch.object(base, "get_metadata_by_address", return_value=found):
            server = wsgiref.simple_server.make_server(
                "127.0.0.1", 0, handler.MetadataRequestHandler(), handler_class=Quiet)
            with open(portfile + ".new", "w", encoding="ascii") as f:
                f.write(str(server.server_port))
            os.rename(portfile + ".new", portfile)
            server.serve_forever()


if __name__ == "__main__":
    nova_drive.configure(os.environ.get("NOVA_CONF"))
    {"ask": ask, "serve": serve}[sys.argv[1]](*sys.argv[2:])
