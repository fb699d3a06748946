/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef GUEST_STAGE_ROOT_H
#define GUEST_STAGE_ROOT_H

#include "guest/stage/settings.h"

/**
 * root_decide - in an initramfs: decide with the ledger on root, which is mounted on @dir, if the system will use this
 * ledger too
 *
 * The caller holds the lock "lock". If root is read-only, it is made writable only for this, and then read-only again.
 */
void root_decide(const struct settings *s, const char *dir);

#endif
