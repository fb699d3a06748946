/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef GUEST_CARRY_OVER_H
#define GUEST_CARRY_OVER_H

#include <stdbool.h>

#include "guest/decide.h"

/*
 * The carry-over: a seed that one boot leaves to the next in a file, in the form of a drive's record.
 * It is bound to the machine, and gone from stable storage before it counts.
 */
struct carry_over {
	int folder; /* negative: nothing is open */
	const char *name;
	uint8_t raw[RECORD_SECTOR]; /* secret */
	struct record rec;
};

/**
 * carry_over_open - read and check what was left
 * @c: needs carry_over_close() in the end, also after an error
 *
 * Returns: 0; -ENOENT: nothing was left; -EPERM: not a file of root's that only root can read; an error
 * that record_why() has words for.
 */
int carry_over_open(struct carry_over *c, const char *path);

/**
 * carry_over_consume - remove it, durably
 * @vouched: as persistence_of() has it
 * Returns: false when that cannot be had, and it does not count.
 */
bool carry_over_consume(const struct carry_over *c, bool vouched);

void carry_over_close(struct carry_over *c);

/**
 * carry_over_save - leave a seed from the kernel's generator to the next boot, in place of an older one
 * @vouched: as persistence_of() has it
 * @ret_id:  its public number
 *
 * An older one that nobody consumed goes into it, so that the new one is never worse. A machine without a
 * UUID gets one that claims nothing. Returns: 0; -EAGAIN: the kernel is not ready; -EMEDIUMTYPE: on a
 * file system that does not outlive the boot; or another -errno, and the older one stands.
 */
int carry_over_save(
	const char *path, const struct situation *s, bool vouched, uint8_t ret_id[RECORD_ID_SIZE]);

#endif
