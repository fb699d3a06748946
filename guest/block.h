/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef GUEST_BLOCK_H
#define GUEST_BLOCK_H

#include <stdbool.h>

/*
 * What sysfs says of a block device: by what it is attached, and what it lies on. Both answers come from
 * lists. A device that sysfs does not describe is neither trusted nor persistent.
 */

/**
 * block_is_trusted - does the device sit where only this machine's hypervisor can attach one?
 * @name: as in /sys/class/block
 *
 * A virtio disk, a SCSI or ATA disk or CD, NVMe, or a Xen disk. Not USB, FireWire, iSCSI, Fibre Channel, NVMe over
 * a network, vDPA, nor what this kernel makes itself, such as rbd, zd, drbd, nbd and dm: on a machine that runs
 * guests of its own those may be a tenant's.
 */
bool block_is_trusted(const char *name);

/**
 * block_is_persistent - does the device keep its bytes through a reboot, as far as is known?
 * @name: as in /sys/class/block
 *
 * One that is trusted does, and MMC; and a device of dm or md if all that it is made of does, however deep.
 */
bool block_is_persistent(const char *name);

/**
 * block_all_persistent - likewise, for every device named in a folder of sysfs
 * Returns: false if one of them does not, or if the folder names no device.
 */
bool block_all_persistent(const char *folder);

#endif
