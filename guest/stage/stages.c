/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "guest/stage/stages.h"

#include <stddef.h>
#include <string.h>

#include "guest/stage/commit.h"
#include "guest/stage/deadline.h"
#include "guest/stage/heard.h"
#include "guest/stage/latecomers.h"
#include "guest/stage/notes.h"
#include "guest/stage/place.h"
#include "guest/stage/program.h"
#include "guest/stage/remount.h"
#include "guest/stage/say.h"
#include "guest/stage/settings.h"
#include "guest/stage/store.h"
#include "guest/sys.h"

#define EFIVARS "/sys/firmware/efi/efivars"

static struct settings settings;

static void run_early(void)
{
	struct program p = { 0 };

	latecomers_note();
	program_add(&p, PROGRAM_NAME, "--stage");
	program_add(&p, "early", NULL);
	program_add_all(&p, settings.options);
	program_add(&p, "--mix-only", NULL);
	(void)program_run(&p, "early");
}

static void write_to_root(struct commit *c, const struct stage_call *call, const struct mount *root)
{
	const char *why;

	if (place_protected(call->dir, root, call->checked, &why)) {
		say("root ", why, ": its ledger is left to the system");
		return;
	}
	if (commit_open_root(c, call->dir, root))
		commit_decide(c, "root", true);
	else
		say("root cannot be made writable: its ledger is left to the system", NULL, NULL);
	if (c->stuck || !commit_close_root(c, call->dir, root))
		say("root stays writable", NULL, NULL);
}

static void decide_on_root(struct commit *c, const struct stage_call *call)
{
	struct mount root;

	if (!mounts_find(call->dir, &root))
		return;
	if (root.writable) {
		commit_decide(c, "root", true);
		return;
	}
	switch (commit_expect(c)) {
	case HEARD_WRITE:
		write_to_root(c, call, &root);
		return;
	case HEARD_READ:
		commit_decide(c, "root", true);
		return;
	case HEARD_NOTHING:
		return;
	}
}

/* The firmware's variables, where an initramfs has not mounted them. */
static void decide_with_efivars(struct commit *c, const struct stage_call *call)
{
	char efi[NOTES_PATH];
	struct mount m;
	bool shown;

	deadline_step("mounting the firmware's variables");
	shown = c->own_mounts && notes_path(efi, EFIVARS, "") && sys_exists(efi) &&
		!mounts_find(efi, &m) && remount_efivars(efi) == 0;
	decide_on_root(c, call);
	if (shown)
		remount_hide_efivars(efi);
}

static void run_root(const struct stage_call *call)
{
	struct commit c = { .settings = &settings };
	struct place_why why;
	struct mount m;

	deadline_step("looking at root");
	if (notes_has_text("decided") || !mounts_find(call->dir, &m) ||
		!sys_join(c.store, sizeof(c.store), call->dir, PLACE_STORE, ""))
		return;
	if (place_foreign(call->dir, settings.foreign, &why)) {
		if (heard_any("early", heard_seed))
			say("root's ledger is left to the system: ", why.what, why.why);
		return;
	}
	(void)notes_write("place", call->dir);
	if (!commit_search(&c))
		return;
	c.own_mounts = remount_begin() == 0;
	decide_with_efivars(&c, call);
}

/* The ledger here has to know what that of the initramfs knows, if it is another one after all. */
static bool adopt(const char *line)
{
	char id[HEARD_ID_SIZE];

	if (!heard_committed(line, id) || store_has(id))
		return false;
	say("seed=", id,
		store_add(id) == 0 ?
			" noted in /var/lib/seedrive/ledger, which hides that of the initramfs" :
			" cannot be noted in /var/lib/seedrive/ledger, which hides that of the initramfs");
	return false;
}

/* A ledger that hides the one that the initramfs saw, and could not decide by, may lack what that has. */
static void decide_in_system(void)
{
	struct commit c = { .settings = &settings };
	const char *shadow;

	deadline_step("looking at /var/lib/seedrive");
	shadow = place_shadowed();
	if (notes_is("decided", "root") && shadow)
		heard_any("root", adopt);
	if (notes_has_text("decided") || !notes_path(c.store, PLACE_STORE, ""))
		return;
	(void)store_make();
	if (!commit_search(&c))
		return;
	if (notes_has_text("place") && shadow)
		say("no ledger is asked: ", shadow, " hides the one that the initramfs saw");
	commit_decide(&c, "system", !(notes_has_text("place") && shadow));
}

/* A file system for the ledger that comes over a network is mounted later than this must be: then the seed is mixed now,
 * and the last stage of the boot commits it. */
static void run_system(void)
{
	const char *awaited;

	deadline_step("looking at /var/lib/seedrive");
	awaited = notes_has_text("decided") ? NULL : place_awaited();
	if (!awaited) {
		decide_in_system();
		return;
	}
	say("the ledger is still to come: ", awaited, " is not mounted");
	(void)notes_write("awaited", awaited);
	if (!notes_exists("devices"))
		run_early();
}

static void run_leave(void)
{
	struct program p = { 0 };
	char path[NOTES_PATH];
	size_t i;

	if (notes_has_text("awaited") && notes_write("awaited", ""))
		decide_in_system();
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
	case STAGE_EARLY:
		run_early();
		return;
	case STAGE_ROOT:
		run_root(call);
		return;
	case STAGE_SYSTEM:
		run_system();
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
	if (settings.seed == USE_FULL)
		run_full(call);
	else if (call->stage == STAGE_EARLY ||
		(call->stage == STAGE_SYSTEM && !notes_exists("devices")))
		run_early();
}
