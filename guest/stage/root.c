/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "guest/stage/root.h"

#include <stddef.h>

#include "guest/stage/commit.h"
#include "guest/stage/deadline.h"
#include "guest/stage/drives.h"
#include "guest/stage/heard.h"
#include "guest/stage/notes.h"
#include "guest/stage/place.h"
#include "guest/stage/remount.h"
#include "guest/stage/say.h"
#include "guest/sys.h"

#define EFIVARS "/sys/firmware/efi/efivars"

static void write_to_root(struct commit *c, const char *dir, const struct mount *root)
{
	const char *why;

	if (place_protected(dir, root, &why)) {
		say("the initramfs does not use the ledger on the root file system: it ", why,
			NULL);
		return;
	}
	if (commit_open_root(c, dir, root))
		commit_decide(c, "root", true);
	else
		say("the initramfs does not use the ledger on the root file system: it cannot be made writable",
			NULL, NULL);
	if (c->stuck || !commit_close_root(c, dir, root))
		say("the root file system was not made read-only again", NULL, NULL);
}

static void decide_on_root(struct commit *c, const char *dir)
{
	struct mount root;

	if (!mounts_find(dir, &root))
		return;
	if (root.writable) {
		commit_decide(c, "root", true);
		return;
	}
	switch (commit_expect(c)) {
	case HEARD_WRITE:
		write_to_root(c, dir, &root);
		return;
	case HEARD_READ:
		commit_decide(c, "root", true);
		return;
	case HEARD_NOTHING:
		return;
	}
}

/* Decides. If the initramfs has not mounted the firmware's variables, they are mounted for the decision. */
static void decide_with_efivars(struct commit *c, const char *dir)
{
	char efi[NOTES_PATH];
	struct mount m;
	bool shown;

	deadline_step("mounting the firmware's variables");
	shown = c->own_mounts && notes_path(efi, EFIVARS, "") && sys_exists(efi) &&
		!mounts_find(efi, &m) && remount_efivars(efi) == 0;
	decide_on_root(c, dir);
	if (shown)
		remount_hide_efivars(efi);
}

void root_decide(const struct settings *s, const char *dir)
{
	struct commit c = { .settings = s, .carry_over = true };
	struct place_why why;
	struct mount m;

	c.search = heard_any("early", heard_seed);
	if ((notes_has_text("decided") && !drives_any(DRIVES_SEED)) || !mounts_find(dir, &m) ||
		!sys_join(c.store, sizeof(c.store), dir, PLACE_STORE, ""))
		return;
	if (place_foreign(dir, s->foreign, &why)) {
		if (c.search || drives_any(DRIVES_SEED))
			say("the initramfs does not use the ledger on the root file system: ",
				why.what, why.why);
		return;
	}
	(void)notes_write("place", dir);
	if (!commit_begin(&c))
		return;
	c.own_mounts = remount_begin() == 0;
	decide_with_efivars(&c, dir);
}
