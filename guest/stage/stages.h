/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef GUEST_STAGE_STAGES_H
#define GUEST_STAGE_STAGES_H

#include <stdbool.h>

/* The stages of a boot that run seedrive-guest(8), with the same rules for each initramfs and for each init system. */

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
	bool wait;        /* STAGE_EVENT: the caller waits for this stage */
	bool guess;       /* STAGE_EVENT: it is not known whether the device has a medium */
};

/**
 * stages_run - do the work of the stage, as the settings say
 * For the worker of deadline_run(). Returns nothing, because the boot continues in any case.
 */
void stages_run(void *call);

#endif
