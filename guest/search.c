/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Decides how long the search waits, and for which devices. */
#include "guest/search.h"
#include "guest/child.h"

#include <string.h>

#include "guest/sys.h"

#define ROUND_MS 10  /* between two searches for new devices */
#define GRACE_MS 250 /* after the first drive is found, how long slower devices may still answer */

static unsigned begun;

static void start_children(struct drives *d)
{
	size_t i;

	for (i = 0; i < d->count; i++) {
		struct drive *drive = d->drive + i;

		/* If no child can be started, the state is not changed, so the device counts as one that does not
		 * answer. */
		if (drive->state == DRIVE_SILENT || drive->state == DRIVE_UNSETTLED)
			(void)child_start(i, probe, drive);
	}
}

static bool any_running(const struct drives *d)
{
	size_t i;

	for (i = 0; i < d->count; i++)
		if (child_running(i))
			return true;
	return false;
}

static bool any_state(const struct drives *d, int from, int to)
{
	size_t i;

	for (i = 0; i < d->count; i++)
		if (d->drive[i].state >= from && d->drive[i].state <= to)
			return true;
	return false;
}

/* Waits until all children have ended, or until the round is over. If there are no children, it returns at once. */
static void wait_round(const struct drives *d)
{
	const unsigned end = child_now_ms() + ROUND_MS;
	size_t i;

	for (i = 0; i < d->count; i++)
		child_wait(i, end);
}

static void nap(void)
{
	const struct timespec t = { .tv_nsec = ROUND_MS * 1000000L };

	sys_call(SYS_nanosleep, (long)&t, 0, 0);
}

static bool all_there(const struct drives *d, const char *const *devices)
{
	size_t n = 0;

	while (devices[n])
		n++;
	return d->count >= n;
}

static void search(struct drives *d, const char *const *devices, unsigned wait_ms)
{
	unsigned found = 0;

	for (;;) {
		unsigned now;

		wait_round(d);
		now = child_now_ms();
		if (!found && any_state(d, DRIVE_BARE, DRIVE_SEEDED))
			found = now;
		if (now - begun >= wait_ms)
			return;
		if (any_running(d)) {
			if (found && now - found >= GRACE_MS)
				return;
		} else if (found ||
			(all_there(d, devices) &&
				!any_state(d, DRIVE_UNSETTLED, DRIVE_UNSETTLED))) {
			return;
		} else {
			nap();
		}
		device_name(d, devices);
		start_children(d);
	}
}

void search_begin(struct drives *d, const char *const *devices)
{
	begun = child_now_ms();
	if (*devices)
		device_name(d, devices);
	else
		device_discover(d);
	/* Reading a regular file does not block, so it needs no child. */
	if (d->count == 1 && device_is_file(d->drive[0].path))
		probe(d->drive, child_window(0));
	else
		start_children(d);
}

void search_end(struct drives *d, const char *const *devices, unsigned wait_ms)
{
	size_t i;

	search(d, devices, wait_ms);
	for (i = 0; i < d->count; i++)
		child_abandon(i);
}

void search_wipe(struct drives *d)
{
	size_t i;

	for (i = 0; i < d->count; i++) {
		const int state = d->drive[i].state;

		if (state == DRIVE_OTHER)
			continue;
		if (state != DRIVE_BARE)
			explicit_bzero(d->drive[i].raw,
				state == DRIVE_SEEDED ? d->drive[i].len : sizeof(d->drive[i].raw));
		explicit_bzero(child_window(i), PROBE_WINDOW);
	}
}
