/* SPDX-License-Identifier: GPL-2.0-or-later */
/* All use of an optical drive through libburn, except writing the medium and reading it (burner_track.c). */
#include "iso/output/burner_drive.h"

#include <errno.h>
#include <libburn/libburn.h>
#include <malloc.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

/* The most times that burner_pause() is called while the drive examines a medium: a minute in all. */
#define NAPS_MAX 600

void burner_pause(void)
{
	const struct timespec tenth = { .tv_nsec = 100000000 };

	nanosleep(&tenth, NULL);
}

/* --- libburn's messages --- */

void burner_message(const char *text, char *out, size_t size)
{
	size_t n = 0;

	for (; *text && *text != '\n' && n + 1 < size; text++) {
		if (text[0] == '.' && (text[1] == ' ' || text[1] == '\0'))
			break;
		out[n++] = *text;
	}
	out[n] = '\0';
}

int burner_fault(struct fault *f, const struct burner *b, const char *what)
{
	char text[BURN_MSGS_MESSAGE_LEN], words[256] = "", severity[80];
	char least[] = "SORRY";
	int code, e;

	while (burn_msgs_obtain(least, &code, text, &e, severity) > 0)
		if (!words[0])
			burner_message(text, words, sizeof(words));
	return fault_set(f, -EIO, "%s: %s: libburn%s%s", b->path, what,
		words[0] ? ": " : " gives no reason", words);
}

/* --- getting the drive --- */

/* From now on glibc overwrites freed memory, and no memory is swapped out. If there is a limit on locked memory, we do
 * not lock: with MCL_FUTURE, each later allocation that exceeds the limit would fail. */
static void guard_memory(void)
{
	struct rlimit limit;

	(void)mallopt(M_PERTURB, 0xa5);
	if (geteuid() == 0 ||
		(getrlimit(RLIMIT_MEMLOCK, &limit) == 0 && limit.rlim_cur == RLIM_INFINITY))
		(void)mlockall(MCL_CURRENT | MCL_FUTURE | MCL_ONFAULT);
}

int burner_acquire(struct burner *b, const char *address, struct fault *f)
{
	char queue[] = "SORRY", print[] = "NEVER", id[] = "", adr[BURN_DRIVE_ADR_LEN];

	guard_memory();
	if (strlen(address) >= sizeof(adr))
		return fault_errno(f, -ENAMETOOLONG, b->path);
	strcpy(adr, address);
	if (!burn_initialize())
		return fault_set(f, -EIO, "%s: libburn: cannot be initialized", b->path);
	b->begun = true;
	burn_msgs_set_severities(queue, print, id);
	if (burn_drive_scan_and_grab(&b->list, adr, 1) <= 0)
		return burner_fault(f, b, "cannot get exclusive use of the drive");
	b->drive = b->list[0].drive;
	return 0;
}

static enum burn_disc_status disc_status(struct burner *b)
{
	enum burn_disc_status s = burn_disc_get_status(b->drive);
	int naps;

	for (naps = 0; s == BURN_DISC_UNREADY && naps < NAPS_MAX; naps++) {
		burner_pause();
		s = burn_disc_get_status(b->drive);
	}
	return s;
}

int burner_inspect(struct burner *b, struct burner_medium *ret, struct fault *f)
{
	const enum burn_disc_status status = disc_status(b);
	struct burner_medium m = { .kind = b->kind, .holds = b->content[0] ? b->content : NULL };
	struct burn_multi_caps *caps = NULL;
	int profile;

	if (burn_disc_get_profile(b->drive, &profile, b->kind) <= 0)
		strcpy(b->kind, "unknown kind");
	m.state = status == BURN_DISC_EMPTY                                ? BURNER_EMPTY :
		status == BURN_DISC_BLANK                                  ? BURNER_BLANK :
		status == BURN_DISC_FULL || status == BURN_DISC_APPENDABLE ? BURNER_FULL :
									     BURNER_UNUSABLE;
	m.erasable = burn_disc_erasable(b->drive);
	if (m.state == BURNER_BLANK) {
		if (burn_disc_get_multi_caps(b->drive, BURN_WRITE_NONE, &caps, 0) <= 0)
			return burner_fault(f, b, "the medium cannot be written");
		m.rewritable = caps->start_adr;
		burn_disc_free_multi_caps(&caps);
		m.room = (uint64_t)burn_disc_available_space(b->drive, NULL);
	}
	*ret = m;
	return 0;
}

/* --- a drive at work --- */

static const int signals[] = { SIGINT, SIGTERM, SIGHUP, SIGQUIT };
#define SIGNALS (sizeof(signals) / sizeof(*signals))

void burner_hold_signals(struct burner *b)
{
	struct sigaction act;
	sigset_t set;
	size_t i;

	if (b->holds_signals)
		return;
	sigemptyset(&set);
	for (i = 0; i < SIGNALS; i++)
		/* A signal that is ignored is not blocked: it would become pending, and look like a request to stop. */
		if (sigaction(signals[i], NULL, &act) == 0 && act.sa_handler != SIG_IGN)
			sigaddset(&set, signals[i]);
	sigprocmask(SIG_BLOCK, &set, &b->before);
	b->holds_signals = true;
}

static bool interrupted(void)
{
	sigset_t set;
	size_t i;

	if (sigpending(&set) < 0)
		return false;
	for (i = 0; i < SIGNALS; i++)
		if (sigismember(&set, signals[i]) == 1)
			return true;
	return false;
}

int burner_wait(struct burner *b, uint64_t len, iso_progress *report, void *ctx, struct fault *f)
{
	enum burn_drive_status status;
	struct burn_progress p;
	bool stop = false;

	while ((status = burn_drive_get_status(b->drive, &p)) != BURN_DRIVE_IDLE) {
		if (status == BURN_DRIVE_WRITING)
			report(ctx, (uint64_t)p.sector * ISO_SECTOR, len);
		if (status == BURN_DRIVE_WRITING && !stop && (stop = interrupted()))
			burn_drive_cancel(b->drive);
		burner_pause();
	}
	if (stop)
		return fault_set(f, -EINTR, "%s: interrupted", b->path);
	return burn_drive_wrote_well(b->drive) ?
		0 :
		burner_fault(f, b, "the medium could not be written");
}

int burner_inspect_again(struct burner *b)
{
	struct burn_drive *drive = b->drive;

	b->drive = NULL;
	burn_drive_release(drive, 0);
	if (burn_drive_grab(drive, 1) <= 0)
		return -EIO;
	b->drive = drive;
	(void)disc_status(b);
	return 0;
}

int burner_erase(struct burner *b, iso_progress *report, void *ctx, struct fault *f)
{
	int r;

	burner_hold_signals(b);
	burn_disc_erase(b->drive, 1);
	r = burner_wait(b, 1, report, ctx, f);
	if (r == 0 && burner_inspect_again(b) < 0)
		r = burner_fault(f, b, "the medium cannot be used after erasing");
	return r;
}

void burner_close(struct burner *b)
{
	if (!b || !b->begun)
		return;
	if (b->drive)
		burn_drive_release(b->drive, 0);
	if (b->list)
		burn_drive_info_free(b->list);
	burn_finish();
	b->drive = NULL;
	b->list = NULL;
	b->begun = false;
	if (b->holds_signals)
		sigprocmask(SIG_SETMASK, &b->before, NULL);
	b->holds_signals = false;
}
