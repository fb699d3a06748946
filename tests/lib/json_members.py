#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Prints each member of the JSON in the files by its path and its types, in the form of the pages: "sources[].bytes
number".

If the keys of an object are names, they are all printed as one name: tests.TEST, tools.KEY, listen.NAME.KEY. The names
of tests are also printed as "TEST name". If a report has several draws, each of them is treated as a report.
"""

import json
import sys

KEYED = {"tools", "mkisofs", "serve"}
members = {}
tests = set()


def note(path, kind):
    members.setdefault(path, set()).add(kind)


def add_object(value, path):
    for key, member in value.items():
        at = f"{path}.{key}" if path else key
        if path.endswith(".tests") and isinstance(member, dict):
            tests.add(key)
            note(f"{path}.TEST", "object")
            at = f"{path}.TEST"
        elif path in KEYED:
            at = f"{path}.KEY"
        elif path == "listen":
            at = "listen.NAME"
        elif path == "listen.NAME":
            at = "listen.NAME.KEY"
        add(member, at)


def add(value, path):
    if path == "draws":
        note("draws[]", "object")
        for draw in value:
            add(draw, "")
    elif isinstance(value, dict):
        add_object(value, path)
    elif isinstance(value, list):
        for item in value:
            # null stands for a block for which the broker does not report all figures.
            if item is not None:
                add(item, path + "[]")
    elif isinstance(value, bool):
        note(path, "boolean")
    elif value is None:
        note(path, "null")
    else:
        note(path, "string" if isinstance(value, str) else "number")


for name in sys.argv[1:]:
    add(json.load(open(name, encoding="utf-8")), "")
for path, kinds in members.items():
    print(path, " or ".join(sorted(kinds, key=lambda kind: (kind == "null", kind))))
for test in tests:
    print("TEST", test)
