#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Hook of dracut.modules(7), sourced: udev has looked at the devices, and found root's.

/usr/lib/seedrive/guest-stage early
