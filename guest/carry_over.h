/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef GUEST_CARRY_OVER_H
#define GUEST_CARRY_OVER_H

#include <stdbool.h>

#include "guest/decide.h"

/*
 * The carry-over: a seed that one boot saves in a file for the next boot, in the format of a drive's record. It is
 * bound to the machine. Before it is credited, it is removed from stable storage.
 */
struct carry_over {
	int folder; /* descriptor; negative: not open */
	const char *name;
	uint8_t raw[RECORD_SECTOR]; /* secret */
	struct record rec;
};

/**
 * carry_over_open - read and check the file
 * @c: the caller calls carry_over_close() in the end, also after an error
 *
 * Returns: 0; -ENOENT: there is no file; -EPERM: it is not a regular file that only root can access; or an error
 * that record_why() explains.
 */
int carry_over_open(struct carry_over *c, const char *path);

/**
 * carry_over_consume - remove the file, durably
 * @vouched: as for persistence_of()
 * Returns: false if the file cannot be removed durably: then its seed must not be credited.
 */
bool carry_over_consume(const struct carry_over *c, bool vouched);

void carry_over_close(struct carry_over *c);

/**
 * carry_over_save - save a seed from the kernel's RNG for the next boot; it replaces an older one
 * @vouched: as for persistence_of()
 * @ret_id:  the seed id
 *
 * If there is an older carry-over that was not used, it is hashed into the new one, so that the new one is never worse.
 * On a machine without a UUID the new one claims 0 bits. Returns: 0; -EAGAIN: the kernel's RNG is not ready;
 * -EMEDIUMTYPE: the file system does not survive a reboot; or another -errno. On error the older file stays.
 */
int carry_over_save(
	const char *path, const struct situation *s, bool vouched, uint8_t ret_id[RECORD_ID_SIZE]);

#endif
