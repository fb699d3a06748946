/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef GUEST_STAGE_ROOT_H
#define GUEST_STAGE_ROOT_H

#include "guest/stage/settings.h"

/**
 * root_decide - in an initramfs: decide by the ledger on the root that is mounted on @dir, if the system will use it, too
 *
 * The caller holds the lock "lock". If root is read-only, it is made writable only for this, and read-only again.
 */
void root_decide(const struct settings *s, const char *dir);

#endif
