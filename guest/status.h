/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef GUEST_STATUS_H
#define GUEST_STATUS_H

#include "guest/report.h"

#define STATUS_PATH "/run/seedrive/status"

/* What a boot came to, for programs: a file of lines KEY=VALUE that every user may read. It holds no secret. */

/**
 * status_prefers - is the status about @v rather than about an earlier verdict?
 * @so_far: NULL for the first one
 *
 * A credited seed comes first, then one that was mixed, then a spent one; of equals the one that came first.
 */
bool status_prefers(const struct verdict *v, const struct verdict *so_far);

/**
 * status_write - replace the file in one step
 * @v:        NULL: there was no seed
 * @failed:   the run ends with an error
 * @stage:    NULL: none was named
 * @left_out: there were more devices than are looked at
 *
 * Where an earlier run of this boot has credited a seed, and this one did not, the file stays; and of the stage `event`
 * also where the file is about any seed, or this run is about none. That it cannot be written changes nothing for the
 * kernel, and is not said.
 */
void status_write(const struct verdict *v, bool failed, const char *stage, bool left_out);

/** status_print - the file as it is to standard output; 0 or -errno. */
int status_print(void);

#endif
