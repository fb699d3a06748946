/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef GUEST_BLOCK_H
#define GUEST_BLOCK_H

#include <stdbool.h>

/*
 * Answers two questions about a block device from sysfs: on which bus is it, and which devices are below it? Lists
 * decide about both answers. A device that sysfs does not describe is neither trusted nor persistent.
 */

/**
 * block_is_trusted - is the device on a bus to which only this machine's hypervisor can attach one?
 * @name: as in /sys/class/block
 *
 * Trusted are virtio disks, SCSI and ATA disks and CDs, NVMe, and Xen disks. Not trusted are USB, FireWire, iSCSI,
 * Fibre Channel, NVMe over a network, vDPA, and devices that this kernel makes itself, such as rbd, zd, drbd, nbd and
 * dm: if this machine runs guests, such a device may belong to a tenant. SRP, which is SCSI over InfiniBand, cannot be told
 * from a local disk here.
 */
bool block_is_trusted(const char *name);

/**
 * block_is_persistent - is the device known to keep its bytes through a reboot?
 * @name: as in /sys/class/block
 *
 * True for a trusted device and for MMC. True for a device of md if it is true for all devices below it, through all
 * layers; so for one of dm, if its UUID says that LVM, LUKS, multipath or a similar tool has set it up, and not, for
 * example, as a snapshot that the next boot makes anew.
 */
bool block_is_persistent(const char *name);

/**
 * block_all_persistent - is block_is_persistent() true for every device that a folder of sysfs names?
 * Returns: false also if the folder names no device.
 */
bool block_all_persistent(const char *folder);

#endif
