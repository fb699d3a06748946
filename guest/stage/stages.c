/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "guest/stage/stages.h"

#include <stddef.h>
#include <string.h>

#include "guest/kernel.h"
#include "guest/machine.h"
#include "guest/stage/commit.h"
#include "guest/stage/deadline.h"
#include "guest/stage/drives.h"
#include "guest/stage/event.h"
#include "guest/stage/heard.h"
#include "guest/stage/notes.h"
#include "guest/stage/place.h"
#include "guest/stage/program.h"
#include "guest/stage/root.h"
#include "guest/stage/say.h"
#include "guest/stage/settings.h"
#include "guest/stage/store.h"
#include "guest/status.h"
#include "guest/sys.h"

#define EVENT_LIMIT_MS 60000       /* the deadline of an event in the running system */
#define SYSTEM_WAIT    "45s"       /* the part of that in which the program waits for the device */
#define STATUS_NOTE    "../status" /* STATUS_PATH */

static struct settings settings;

/* Searches, because there is no udev that announces devices. */
static void run_early(void)
{
	event_search(&settings, "early", "early", NULL);
}

static bool set_left(void *ctx, const char *name)
{
	(void)ctx;
	(void)drives_change(name, DRIVES_BIT(DRIVES_HEARD), DRIVES_LEFT);
	return false;
}

/* Decides in the initramfs. A process that is still looking at a device when the initramfs ends can no longer note its
 * result, so such a device is marked. */
static void run_root(const struct stage_call *call)
{
	int lock;

	deadline_step("waiting for another run of seedrive-guest");
	lock = notes_lock("lock");
	deadline_step("looking at the root file system");
	if (lock < 0)
		return;
	root_decide(&settings, call->word);
	(void)drives_each(DRIVES_HEARD, set_left, NULL);
	sys_close(lock);
}

/* If the system's ledger is another one than that of the initramfs, enters into it the id of the seed that @line
 * reports as committed. */
static bool adopt(const char *line)
{
	char id[HEARD_ID_SIZE];

	if (!heard_committed(line, id) || store_has(id))
		return false;
	say("seed=", id,
		store_add(id) == 0 ?
			" noted in /var/lib/seedrive/ledger; a mount hides the ledger that the initramfs used" :
			" cannot be noted in /var/lib/seedrive/ledger; a mount hides the ledger that the initramfs used");
	return false;
}

static bool name_left(void *ctx, const char *name)
{
	char path[DRIVES_PATH];

	(void)ctx;
	drives_path(name, path);
	say(path, " did not answer in the initramfs", NULL);
	(void)drives_change(name, DRIVES_BIT(DRIVES_LEFT), DRIVES_SILENT);
	return false;
}

/* Decides with the system's ledger. If the initramfs saw another ledger and could not decide, the ledger that it saw
 * may have seeds that the system's ledger lacks; so may the one on a file system that was not mounted in this boot. In
 * these cases no ledger is used. */
static void decide_by_ledger(struct commit *c)
{
	const char *shadow = notes_has_text("place") ? place_shadowed() : NULL;
	const char *awaited = place_awaited();

	c->unable = true;
	if (!notes_path(c->store, PLACE_STORE, ""))
		return;
	(void)store_make();
	if (!commit_begin(c))
		return;
	if (shadow)
		say("no ledger is used: the mount on ", shadow,
			" hides the ledger that the initramfs saw");
	else if (awaited)
		say("no ledger is used: ", awaited, " is not mounted");
	commit_decide(c, "system", !shadow && !awaited);
}

/*
 * A process that waits for the lock may reach its deadline before it gets the lock. So the process that has the lock
 * also decides on devices that other processes have noted in the meantime. It stops if the program did not end by
 * itself.
 */
static void decide_on_all(struct commit *c)
{
	do {
		decide_by_ledger(c);
		c->carry_over = c->search = false;
	} while (!c->unable && drives_any(DRIVES_SEED));
}

/* The work of the stage `system`: decides on all devices that were announced so far (or searches, if there is no udev),
 * and on the carry-over. If it runs a second time, it decides only on devices. */
static void open_ledger(void)
{
	struct commit c = { .settings = &settings, .last = true };
	const bool again = notes_exists("open") || notes_exists("closed");
	int lock;

	deadline_step("waiting for another run of seedrive-guest");
	lock = notes_lock("lock");
	deadline_step("looking at /var/lib/seedrive");
	if (lock < 0 || !notes_write("open", ""))
		return;
	(void)drives_each(DRIVES_LEFT, name_left, NULL);
	if (notes_is("decided", "root") && place_shadowed())
		heard_any("root", adopt);
	c.carry_over = !again && !notes_has_text("decided");
	c.search = c.carry_over && !event_running();
	decide_on_all(&c);
	/* If there was nothing to decide, the program did not run. But the status file must exist in any case. */
	if (!notes_exists(STATUS_NOTE))
		status_write(NULL, false, "system", false);
	sys_close(lock);
}

static bool is_initramfs(void)
{
	static const char marks[][24] = { "/etc/initrd-release", "/conf/initramfs.conf" };
	char path[NOTES_PATH];
	size_t i;

	for (i = 0; i < sizeof(marks) / sizeof(*marks); i++)
		if (notes_path(path, marks[i], "") && sys_exists(path))
			return true;
	return false;
}

/*
 * Sets how long an event may take. Returns: how long the program waits for the device. In the running system nothing
 * waits for an event, so a slow drive gets more time. If the boot waits for the event, it gets less, because the next
 * stage needs time too.
 */
static const char *patience_of(const struct stage_call *call)
{
	if (!is_initramfs()) {
		deadline_set(EVENT_LIMIT_MS);
		return SYSTEM_WAIT;
	}
	if (!call->wait)
		return NULL;
	deadline_set(settings.limit_ms / 5 * 3);
	return "2s";
}

/* May a device be opened without knowing whether it has a medium? Not on bare metal, where that may start a motor. */
static bool may_guess(void)
{
	struct situation here = { 0 };

	machine_ask(&here);
	return here.hypervisor;
}

/*
 * If the system's ledger can be used, decides at once on each device that is announced; but not if the ledger's file
 * system was unmounted again. If the kernel's RNG is ready, it needs no seed. Then nothing is written to the drive,
 * which may be meant for another machine.
 */
static void decide_at_once(void)
{
	struct commit c = { .settings = &settings, .last = true, .spare_drive = kernel_ready() };
	int lock;

	if (settings.seed != USE_FULL || !notes_exists("open") || place_awaited())
		return;
	while (drives_any(DRIVES_SEED)) {
		deadline_step("waiting for another run of seedrive-guest");
		lock = notes_lock("lock");
		deadline_step("looking at /var/lib/seedrive");
		if (lock < 0)
			return;
		if (drives_any(DRIVES_SEED))
			decide_on_all(&c);
		sys_close(lock);
		if (c.unable)
			return;
	}
}

static void run_event(const struct stage_call *call)
{
	const char *wait = patience_of(call);

	if ((!call->guess || may_guess()) && event_heard(&settings, call->word, wait))
		decide_at_once();
}

/*
 * Udev announces the existing devices only when it has started. Before that, a process may have to wait for the
 * kernel's RNG; the search is for such a process. It does nothing if an initramfs has already dealt with the devices,
 * or if the RNG is ready. All devices that are found are noted together, because if two drives have different seeds,
 * none may be credited.
 */
static void run_search(void)
{
	int lock;

	if (notes_exists("lock") || kernel_ready() || !may_guess())
		return;
	deadline_set(EVENT_LIMIT_MS);
	event_search(&settings, "event", "search", SYSTEM_WAIT);
	deadline_step("waiting for another run of seedrive-guest");
	lock = notes_lock("lock");
	if (lock < 0)
		return;
	event_note_found("search");
	sys_close(lock);
	decide_at_once();
}

/* Searches, unless udev announces devices or an earlier stage has searched. */
static void mix_once(void)
{
	if (!notes_exists("early") && !event_running())
		run_early();
}

/* This stage must run early. If the ledger's file system is on a network, it is mounted only later. In this case the
 * seed is only mixed here, and the stage `leave` commits it. */
static void run_system(void)
{
	const char *awaited;

	deadline_step("looking at /var/lib/seedrive");
	awaited = notes_has_text("decided") ? NULL : place_awaited();
	if (!awaited) {
		open_ledger();
		return;
	}
	say("the ledger is not available yet: ", awaited, " is not mounted");
	(void)notes_write("awaited", awaited);
	mix_once();
}

/* The file systems will be unmounted next. After that, a folder below the mount point would be used as another
 * ledger. */
static void run_close(void)
{
	if (notes_exists("open"))
		(void)notes_write("closed", "");
	notes_remove("open");
}

static void run_leave(void)
{
	struct program p = { 0 };
	char path[NOTES_PATH];
	size_t i;

	if (notes_has_text("awaited") && notes_write("awaited", ""))
		open_ledger();
	if (settings.carry_over == USE_OFF || !notes_path(path, PLACE_STORE "/carry-over", ""))
		return;
	store_make();
	program_add(&p, PROGRAM_NAME, NULL);
	for (i = 0; settings.options[i]; i++)
		if (strcmp(settings.options[i], "--ledger-persistent") == 0)
			program_add(&p, settings.options[i], NULL);
	program_add(&p, "--save-carry-over", path);
	(void)program_run(&p, "leave");
}

static void run_full(const struct stage_call *call)
{
	switch (call->stage) {
	case STAGE_EVENT:
		run_event(call);
		return;
	case STAGE_EARLY:
		run_early();
		return;
	case STAGE_ROOT:
		run_root(call);
		return;
	case STAGE_SEARCH:
		run_search();
		return;
	case STAGE_SYSTEM:
		run_system();
		return;
	case STAGE_CLOSE:
		run_close();
		return;
	case STAGE_LEAVE:
		run_leave();
		return;
	}
}

void stages_run(void *ctx)
{
	const struct stage_call *call = ctx;

	deadline_step("reading the settings");
	settings_read(&settings);
	deadline_set(settings.limit_ms);
	if (settings.seed == USE_OFF || !notes_begin())
		return;
	if (settings.seed == USE_FULL || call->stage == STAGE_EVENT)
		run_full(call);
	else if (call->stage == STAGE_EARLY)
		run_early();
	else if (call->stage == STAGE_SYSTEM)
		mix_once();
}
