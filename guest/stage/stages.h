/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef GUEST_STAGE_STAGES_H
#define GUEST_STAGE_STAGES_H

#include <stdbool.h>

/* The stages of a boot in which seedrive-guest(8) runs. The rules are the same for every initramfs and every init
 * system. */

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
	/* STAGE_EVENT: the device's name; STAGE_ROOT: the folder on which root is mounted. */
	const char *word;
	bool wait;  /* STAGE_EVENT: the caller waits for this stage */
	bool guess; /* STAGE_EVENT: it is not known whether the device has a medium */
};

/**
 * stages_run - do the work of the stage, as the settings demand
 * Passed to deadline_run(), which calls it in the worker. It returns nothing, because the boot continues in any case.
 */
void stages_run(void *call);

#endif
