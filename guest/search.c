/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A child for each device, and how long to wait for whom. */
#include "guest/search.h"
#include "guest/probe.h"

#include <string.h>

#include "guest/sys.h"

#define ROUND_MS  10   /* between two looks at what has appeared */
#define ANSWER_MS 1000 /* a device that is there may take so long, whatever the wait */
#define GRACE_MS  250  /* so long a slower device may still bring a second drive */

/* SCSI and ATA hosts look for their devices in the background, and do not say when they are done: an
 * IDE CD was seen 0.33 s after its host. What has shown nothing new for so long has shown all. */
#define QUIET_MS 1000

#define FUTEX_WAIT 0 /* linux/futex.h */
#define CHILD_RUNS 1

/* The window lies below the stack, so that a stack too small would run into it, and nothing else. */
struct child {
	_Alignas(4096) uint8_t window[PROBE_WINDOW]; /* two pages, no more */
	_Alignas(16) uint8_t stack[16 << 10];
};

static struct child children[DRIVES_MAX];
static struct drive *looks_at[DRIVES_MAX];
static volatile int running[DRIVES_MAX]; /* CHILD_RUNS until the kernel clears it, at its end */
static pid_t pids[DRIVES_MAX];

static unsigned now_ms(void)
{
	return (unsigned)(sys_nanoseconds(CLOCK_MONOTONIC) / 1000000);
}

static int run_child(void *index)
{
	const size_t i = (size_t)index;
	int fd;

	/* Whoever waits for the end of our output does not wait for a device that hangs. */
	for (fd = 0; fd <= STDERR_FILENO; fd++)
		sys_close(fd);
	probe(looks_at[i], children[i].window);
	return 0;
}

/* They share our memory, as copying that of a process would take longer than reading a drive; and the
 * kernel itself says when one has ended, however it did. */
static void start_children(struct drives *d)
{
	size_t i;

	for (i = 0; i < d->count; i++) {
		struct drive *drive = d->drive + i;

		if (running[i] || (drive->state != DRIVE_SILENT && drive->state != DRIVE_UNSETTLED))
			continue;
		looks_at[i] = drive;
		running[i] = CHILD_RUNS;
		pids[i] = sys_clone(run_child, children[i].stack + sizeof(children[i].stack),
			(void *)i, running + i);
		if (pids[i] < 0) {
			drive->state = DRIVE_OTHER;
			running[i] = 0;
		}
	}
}

static bool any_running(const struct drives *d)
{
	size_t i;

	for (i = 0; i < d->count; i++)
		if (running[i])
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

/* Until all children have ended, or the round is over. Without one, only the time passes. */
static void wait_round(const struct drives *d)
{
	const unsigned end = now_ms() + ROUND_MS;
	struct timespec t = { 0 };
	size_t i;

	for (i = 0; i < d->count; i++) {
		int left;

		while (running[i] && (left = (int)(end - now_ms())) > 0) {
			t.tv_nsec = left * 1000000L;
			sys_call(SYS_futex, (long)(running + i), FUTEX_WAIT, CHILD_RUNS, (long)&t,
				0, 0);
		}
	}
}

static void nap(void)
{
	const struct timespec t = { .tv_nsec = ROUND_MS * 1000000L };

	sys_call(SYS_nanosleep, (long)&t, 0, 0, 0, 0, 0);
}

static bool more_to_come(const struct drives *d, const char *device, unsigned quiet_ms)
{
	if (any_state(d, DRIVE_UNSETTLED, DRIVE_UNSETTLED))
		return true;
	if (device)
		return d->count == 0;
	return quiet_ms < QUIET_MS && device_hosts();
}

/* It may sit in a call that no signal ends: it is never waited for. */
static void abandon(const struct drives *d)
{
	size_t i;

	for (i = 0; i < d->count; i++)
		if (running[i])
			sys_call(SYS_kill, pids[i], SIGKILL, 0, 0, 0, 0);
}

static void search(struct drives *d, const char *device, unsigned wait_ms)
{
	const unsigned start = now_ms(), answer_ms = wait_ms > ANSWER_MS ? wait_ms : ANSWER_MS;
	unsigned news = start, found = 0;

	for (;;) {
		unsigned now;

		if (device_discover(d, device))
			news = now_ms();
		start_children(d);
		wait_round(d);
		now = now_ms();
		if (!found && any_state(d, DRIVE_BARE, DRIVE_SEEDED))
			found = now;
		if (any_running(d)) {
			if (now - start >= answer_ms || (found && now - found >= GRACE_MS))
				return;
			continue;
		}
		if (found || now - start >= wait_ms || !more_to_come(d, device, now - news))
			return;
		nap();
	}
}

void search_drives(struct drives *d, const char *device, unsigned wait_ms)
{
	if (device && device_is_file(device)) {
		if (device_discover(d, device))
			probe(d->drive, children[0].window);
		return;
	}
	search(d, device, wait_ms);
	abandon(d);
}

void search_wipe(struct drives *d)
{
	size_t i;

	for (i = 0; i < d->count; i++) {
		const int state = d->drive[i].state;

		if (state == DRIVE_OTHER || state == DRIVE_BARE)
			continue;
		explicit_bzero(d->drive[i].raw,
			state == DRIVE_SEEDED ? d->drive[i].len : sizeof(d->drive[i].raw));
		explicit_bzero(children[i].window, sizeof(children[i].window));
	}
}
