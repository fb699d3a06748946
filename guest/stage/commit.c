/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "guest/stage/commit.h"

#include <errno.h>
#include <string.h>

#include "guest/device.h"
#include "guest/stage/deadline.h"
#include "guest/stage/drives.h"
#include "guest/stage/program.h"
#include "guest/stage/remount.h"
#include "guest/stage/say.h"
#include "guest/sys.h"

#define NOTHING "nothing" /* an empty file that the program gets in place of a drive */

/* The announced devices on which a decision is made now. */
static struct announced {
	size_t count, seeds; /* @seeds: number of those with a seed; they come first */
	char name[DRIVES_MAX][DRIVES_NAME], path[DRIVES_MAX][DRIVES_PATH];
} announced;

static bool take(void *ctx, const char *name)
{
	struct announced *a = ctx;

	if (a->count == DRIVES_MAX)
		return true;
	(void)sys_join(a->name[a->count], DRIVES_NAME, name, "", "");
	drives_path(name, a->path[a->count]);
	a->count++;
	return false;
}

static void take_all(struct announced *a)
{
	a->count = 0;
	(void)drives_each(DRIVES_SEED, take, a);
	a->seeds = a->count;
	if (a->seeds > 0)
		(void)drives_each(DRIVES_HEARD, take, a);
}

static void set_seeds(enum drives_state from, enum drives_state to)
{
	size_t i;

	for (i = 0; i < announced.seeds; i++)
		(void)drives_change(announced.name[i], DRIVES_BIT(from), to);
}

/* Marks the announced seeds as decided on, before the program can use one. A drive that has gone in the meantime, or has
 * another medium, is left out. Returns: false if there were seeds, and none is left. */
static bool claim_seeds(struct announced *a)
{
	const size_t count = a->count, seeds = a->seeds;
	size_t i;

	a->count = a->seeds = 0;
	for (i = 0; i < count; i++) {
		if (i < seeds && !drives_change(a->name[i], DRIVES_BIT(DRIVES_SEED), DRIVES_DONE)) {
			say(a->path[i], " has gone or was exchanged: its seed is not credited",
				NULL);
			continue;
		}
		memmove(a->name[a->count], a->name[i], sizeof(a->name[i]));
		memmove(a->path[a->count], a->path[i], sizeof(a->path[i]));
		a->count++;
		a->seeds += i < seeds;
	}
	return seeds == 0 || a->seeds > 0;
}

/* Also makes the file that the program gets if there is no drive. */
static bool has_carry_over(const struct commit *c)
{
	char path[NOTES_PATH];

	return c->carry_over && c->settings->carry_over != USE_OFF &&
		sys_join(path, sizeof(path), c->store, "/carry-over", "") && sys_exists(path) &&
		notes_write(NOTHING, "");
}

/* If a stage was killed while it decided, it may have credited a seed. It is not known which seeds were announced only
 * after it was killed. So none of the present seeds is credited. */
static void end_killed_decision(void)
{
	if (!notes_has_text("deciding"))
		return;
	take_all(&announced);
	if (announced.seeds > 0)
		say("an earlier run was interrupted: the seeds that it may have used are not credited",
			NULL, NULL);
	set_seeds(DRIVES_SEED, DRIVES_DONE);
	(void)notes_write("deciding", "");
}

bool commit_begin(struct commit *c)
{
	end_killed_decision();
	take_all(&announced);
	return c->search || announced.count > 0 || has_carry_over(c);
}

/* The paths for the arguments of one run of the program. They must stay valid until the run has ended. */
struct paths {
	char ledger[NOTES_PATH], carry_over[NOTES_PATH], nothing[NOTES_PATH];
};

static bool fill_paths(const struct commit *c, struct paths *ret)
{
	return sys_join(ret->ledger, NOTES_PATH, c->store, "/ledger", "") &&
		sys_join(ret->carry_over, NOTES_PATH, c->store, "/carry-over", "") &&
		notes_name(ret->nothing, NOTHING);
}

static void add_settings(struct program *p, const struct commit *c, const struct paths *paths)
{
	size_t i;

	program_add_all(p, c->settings->options);
	for (i = 0; i < announced.count && !c->search; i++)
		program_add(p, "--device", announced.path[i]);
	if (i == 0 && !c->search)
		program_add(p, "--device", paths->nothing);
	for (i = 0; c->settings->devices[i] && c->search; i++)
		program_add(p, "--device", c->settings->devices[i]);
}

static void add_carry_over(struct program *p, const struct commit *c, const struct paths *paths)
{
	if (!c->carry_over || c->settings->carry_over == USE_OFF)
		return;
	program_add(p, "--carry-over", paths->carry_over);
	if (c->settings->carry_over == USE_MIX)
		program_add(p, "--mix-carry-over", NULL);
}

static enum heard_worth worth;

/* Computes @worth from a line. Returns: true if it needs a writable root, so that no further line must be read. */
static bool judge(const char *line)
{
	const enum heard_worth now = heard_worth(line);

	if (now > worth)
		worth = now;
	return worth == HEARD_WRITE;
}

/* If the ledger's folder does not exist yet, the program examines the folder above it instead. */
enum heard_worth commit_expect(struct commit *c)
{
	struct program p = { 0 };
	struct paths paths;

	worth = HEARD_NOTHING;
	if (!fill_paths(c, &paths))
		return worth;
	program_add(&p, PROGRAM_NAME, NULL);
	add_settings(&p, c, &paths);
	program_add(&p, "--dry-run", "--ledger");
	program_add(&p, sys_exists(paths.ledger) ? paths.ledger : c->store, NULL);
	add_carry_over(&p, c, &paths);
	(void)program_run(&p, "expected");
	(void)heard_any("expected", judge);
	return worth;
}

/* Did the program end by itself? Only then its lines are complete. */
static bool has_ended(int status)
{
	return status == PROGRAM_DONE || status == PROGRAM_FAILED;
}

/* Was nothing committed, so that a later stage may still make the decision? */
static bool is_undecided(int status, const char *stage)
{
	switch (status) {
	case PROGRAM_DONE:
	case PROGRAM_FAILED:
	case PROGRAM_USAGE:
	case PROGRAM_NOT_RUN:
	case PROGRAM_NOT_THERE:
		return !heard_any(stage, heard_decision);
	}
	return false;
}

/*
 * Some devices had no seed noted yet, because events were still looking at them. Marks these devices as decided on, if
 * the program has found a seed on them; if the program was killed, marks all of them. An event may have noted the seed
 * of such a device in the meantime.
 */
static void set_others(const char *stage, int status)
{
	const unsigned from = DRIVES_BIT(DRIVES_HEARD) | DRIVES_BIT(DRIVES_SEED);
	size_t i;

	for (i = announced.seeds; i < announced.count; i++)
		if (!has_ended(status) || heard_seed_of(stage, announced.path[i]))
			(void)drives_change(announced.name[i], from, DRIVES_DONE);
}

void commit_decide(struct commit *c, const char *stage, bool ledger)
{
	struct program p = { 0 };
	struct paths paths;
	int status;

	c->unable = true;
	if (!fill_paths(c, &paths) || !notes_write("deciding", stage) ||
		!notes_write("decided", stage))
		return;
	if (!claim_seeds(&announced) && !has_carry_over(c)) {
		(void)notes_write("decided", "");
		(void)notes_write("deciding", "");
		return;
	}
	program_add(&p, PROGRAM_NAME, "--stage");
	program_add(&p, stage, NULL);
	add_settings(&p, c, &paths);
	if (ledger)
		program_add(&p, "--ledger", paths.ledger);
	if (c->spare_drive)
		program_add(&p, "--no-drive-ledger", NULL);
	add_carry_over(&p, c, &paths);
	status = program_run(&p, stage);
	c->stuck = status == -EBUSY;
	c->unable = !has_ended(status);
	if (is_undecided(status, stage)) {
		(void)notes_write("decided", "");
		if (!c->last || status == PROGRAM_NOT_RUN)
			set_seeds(DRIVES_DONE, DRIVES_SEED);
	} else {
		set_others(stage, status);
	}
	(void)notes_write("deciding", "");
}

bool commit_open_root(const struct commit *c, const char *dir, const struct mount *root)
{
	struct mount now;
	bool open;

	if (!c->own_mounts)
		return false;
	deadline_step("making the root file system writable");
	deadline_root_open(!root->fs_writable);
	(void)remount_root(dir, true, root->flags);
	open = mounts_find(dir, &now) && now.writable;
	deadline_root_open(open && !root->fs_writable);
	return open;
}

/* After the deadline, root is not touched: the system may have continued, and may have made root writable for itself. A
 * file system that was writable before stays so: then only the mount was changed, which is ours alone. */
bool commit_close_root(const struct commit *c, const char *dir, const struct mount *root)
{
	struct mount now;

	if (!c->own_mounts || root->fs_writable)
		return true;
	if (deadline_over())
		return false;
	deadline_step("making the root file system read-only again");
	(void)remount_root(dir, false, root->flags);
	deadline_root_open(false);
	return mounts_find(dir, &now) && !now.writable;
}
