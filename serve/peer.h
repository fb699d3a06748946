/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef SERVE_PEER_H
#define SERVE_PEER_H

#include <stddef.h>

#include "util/wire/policy.h"

/**
 * peer_parse - the instance that a QEMU's command line names: its -uuid, and its -name with or without guest=
 * @words: as /proc/PID/cmdline has them, each with a zero behind it
 * @q:     its uuid and its name, left empty where there is none, or none that could be one
 *
 * A process can write into its command line whatever it likes: this is a claim of its own.
 * Source: qemu(1); libvirt gives both options to each guest.
 */
void peer_parse(const char *words, size_t len, struct policy_question *q);

#endif
