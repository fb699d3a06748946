#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# Hook of dracut.modules(7), sourced: udev has looked at the devices. It may come more than once, and after
# seedrive-early.service.

[ -e /run/seedrive/guest/early ] || /usr/lib/seedrive/guest-stage early
