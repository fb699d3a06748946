/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef SERVE_PEER_H
#define SERVE_PEER_H

#include <stddef.h>

#include "util/wire/policy.h"

/**
 * peer_parse - find the instance's UUID and name in the command line of a QEMU: -uuid, and -name with or without guest=
 * @words: the content of /proc/PID/cmdline: words that each end with a zero byte
 * @q:     receives the uuid and the name; each stays unchanged if it is missing or malformed
 *
 * A process can change its command line at will, so these are only claims.
 * Source: qemu(1); libvirt gives both options to each guest.
 */
void peer_parse(const char *words, size_t len, struct policy_question *q);

#endif
