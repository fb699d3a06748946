/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The ledger in a folder: one empty file for each seed id, which is never removed. O_EXCL makes the check and the commit
 * one step. */
#include "guest/ledger.h"

#include <errno.h>
#include <string.h>

#include "guest/persistence.h"
#include "guest/sys.h"
#include "util/hex.h"

#define ID_STRLEN (2 * RECORD_ID_SIZE)

enum ledger_state ledger_dir_look(const struct ledger_entry *e)
{
	char name[ID_STRLEN + 1];
	enum ledger_state state = LEDGER_FREE;
	enum persistence persistence;
	int fd, found;

	if (!e->dir)
		return LEDGER_ABSENT;
	fd = sys_open_dir(AT_FDCWD, e->dir);
	if (fd < 0) /* it will be made; its persistence cannot be checked before */
		return fd == -ENOENT ? LEDGER_FREE : LEDGER_FAILED;
	hex_encode(e->rec->seed_id, RECORD_ID_SIZE, name);
	persistence = persistence_of(fd, e->vouched);
	found = sys_find_at(fd, name);
	if (found == 0)
		state = LEDGER_SPENT;
	else if (found != -ENOENT)
		state = LEDGER_FAILED;
	else if (persistence == PERSISTENCE_NO)
		state = LEDGER_FORGETS;
	else if (persistence == PERSISTENCE_READ_ONLY)
		state = LEDGER_READ_ONLY;
	sys_close(fd);
	return state;
}

static bool sync_dir(int at, const char *path)
{
	int fd = sys_open_dir(at, path);
	bool done = fd >= 0 && sys_fsync(fd) == 0;

	if (fd >= 0)
		sys_close(fd);
	return done;
}

static enum ledger_state state_of(int err)
{
	switch (err) {
	case -EEXIST:
		return LEDGER_SPENT;
	case -EROFS:
		return LEDGER_READ_ONLY;
	case -ENOSPC:
	case -EDQUOT:
		return LEDGER_FULL;
	default:
		return LEDGER_FAILED;
	}
}

static enum ledger_state create_entry(int dir, const struct record *rec)
{
	char name[ID_STRLEN + 1];
	int fd, r;

	hex_encode(rec->seed_id, RECORD_ID_SIZE, name);
	fd = sys_open_at(dir, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, 0600);
	if (fd < 0)
		return state_of(fd);
	r = sys_fsync(fd);
	if (r == 0)
		r = sys_fsync(dir);
	sys_close(fd);
	/* The file exists now. So the seed counts as spent, even if the file could not be flushed. */
	return r == 0 ? LEDGER_COMMITTED : LEDGER_FAILED;
}

/* The parent folder is flushed each time: an earlier run may have made the folder and been interrupted before it
 * flushed the parent. */
enum ledger_state ledger_dir_commit(const struct ledger_entry *e)
{
	enum ledger_state state = LEDGER_FAILED;
	enum persistence persistence;
	int fd, r;

	fd = sys_open_dir(AT_FDCWD, e->dir);
	if (fd == -ENOENT) {
		r = (int)sys_call(SYS_mkdirat, AT_FDCWD, (long)e->dir, 0700);
		fd = r < 0 ? r : sys_open_dir(AT_FDCWD, e->dir);
	}
	if (fd < 0)
		return fd == -EEXIST ? LEDGER_FAILED : state_of(fd);
	persistence = persistence_of(fd, e->vouched);
	if (persistence == PERSISTENCE_NO)
		state = LEDGER_FORGETS;
	else if (sync_dir(fd, ".."))
		state = create_entry(fd, e->rec);
	sys_close(fd);
	return state;
}
