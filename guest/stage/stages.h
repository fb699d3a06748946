/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef GUEST_STAGE_STAGES_H
#define GUEST_STAGE_STAGES_H

#include <stdbool.h>

/* What each stage of a boot does with seedrive-guest(8): one set of rules for every initramfs and for systemd. */

enum stage {
	STAGE_EVENT,
	STAGE_EARLY,
	STAGE_ROOT,
	STAGE_SEARCH,
	STAGE_SYSTEM,
	STAGE_CLOSE,
	STAGE_LEAVE
};

struct stage_call {
	enum stage stage;
	const char *word; /* STAGE_EVENT: the device's name; STAGE_ROOT: where root is mounted */
	bool wait;        /* STAGE_EVENT: the caller waits for it */
	bool guess;       /* STAGE_EVENT: nothing says that the device has a medium */
};

/**
 * stages_run - do what the stage is for, by the settings
 * For the worker of deadline_run(). There is nothing to return: the boot goes on in any case.
 */
void stages_run(void *call);

#endif
