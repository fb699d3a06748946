/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef GUEST_NODE_H
#define GUEST_NODE_H

/**
 * node_open - open a device; if its node is missing, make a node, open it, and remove it again
 * @type:  S_IFBLK or S_IFCHR
 * @major, @minor: the number of the device
 *
 * Returns: a descriptor for sys_close(), or -errno.
 */
int node_open(const char *path, int flags, unsigned type, unsigned major, unsigned minor);

#endif
