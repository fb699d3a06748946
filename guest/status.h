/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef GUEST_STATUS_H
#define GUEST_STATUS_H

#include "guest/report.h"

#define STATUS_PATH "/run/seedrive/status"

/* The result of a boot, for other programs: a file that has lines KEY=VALUE, and that every user may read. It contains
 * no secret. */

/**
 * status_prefers - should the status file report @v instead of an earlier verdict?
 * @so_far: the earlier verdict; NULL: @v is the first one
 *
 * A credited seed is preferred to a mixed one, and a mixed one to a spent one. If both are the same, the earlier one
 * stays.
 */
bool status_prefers(const struct verdict *v, const struct verdict *so_far);

/**
 * status_write - replace the file in one step
 * @v:        NULL: there was no seed
 * @failed:   the run ends with an error
 * @stage:    name of the stage; NULL: not given
 * @left_out: there were more devices than the program can look at
 *
 * The file stays if an earlier run of this boot credited a seed, and this run did not. A run of the stage `event` also
 * leaves the file unchanged if the file reports a seed, or if the run found none. An error is not reported, because it
 * changes nothing for the kernel.
 */
void status_write(const struct verdict *v, bool failed, const char *stage, bool left_out);

/** status_print - print the file on standard output. Returns: 0 or -errno. */
int status_print(void);

#endif
