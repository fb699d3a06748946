/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef GUEST_BLOCK_H
#define GUEST_BLOCK_H

#include <stdbool.h>

/*
 * What sysfs says about a block device: the bus that it is attached to, and the devices below it. Both answers come
 * from lists. A device that sysfs does not describe is neither trusted nor persistent.
 */

/**
 * block_is_trusted - is the device on a bus to which only this machine's hypervisor can attach one?
 * @name: as in /sys/class/block
 *
 * Trusted are virtio disks, SCSI and ATA disks and CDs, NVMe, and Xen disks. Not trusted are USB, FireWire, iSCSI,
 * Fibre Channel, NVMe over a network, vDPA, and devices that this kernel makes itself, such as rbd, zd, drbd, nbd and
 * dm: on a machine that runs guests of its own, those may belong to a tenant.
 */
bool block_is_trusted(const char *name);

/**
 * block_is_persistent - is the device known to keep its bytes through a reboot?
 * @name: as in /sys/class/block
 *
 * A trusted device does, and MMC; so does a device of dm or md if all devices below it do, through all layers.
 */
bool block_is_persistent(const char *name);

/**
 * block_all_persistent - is block_is_persistent() true for every device that is named in a folder of sysfs?
 * Returns: false also if the folder names no device.
 */
bool block_all_persistent(const char *folder);

#endif
