/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One empty file an id, its mtime the expiry. O_EXCL makes check and commit one step. */
#include "guest/ledger.h"

#include <errno.h>
#include <string.h>

#include "guest/persistence.h"
#include "guest/sys.h"
#include "util/hex.h"

#define ID_STRLEN (2 * RECORD_ID_SIZE)
#define PRUNE_MAX 4096 /* entries looked at in one run */

/* ext4 with small inodes has no later time, and would cut it: then it is never pruned. */
#define EXPIRY_MAX 0x7fffffffu

enum ledger_state ledger_dir_look(const struct ledger_entry *e)
{
	char name[ID_STRLEN + 1];
	enum ledger_state state = LEDGER_FREE;
	enum persistence persistence;
	int fd;

	if (!e->dir)
		return LEDGER_ABSENT;
	fd = sys_open_dir(AT_FDCWD, e->dir);
	if (fd < 0) /* still to be made: more cannot be told without */
		return fd == -ENOENT ? LEDGER_FREE : LEDGER_FAILED;
	hex_encode(e->rec->seed_id, RECORD_ID_SIZE, name);
	persistence = persistence_of(fd);
	if (sys_exists_at(fd, name))
		state = LEDGER_SPENT;
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
	const uint64_t expiry = ledger_expiry(rec);
	struct timespec times[2] = { { .tv_nsec = UTIME_NOW }, { 0 } };
	char name[ID_STRLEN + 1];
	int fd, r;

	if (expiry <= EXPIRY_MAX)
		times[1].tv_sec = (time_t)expiry;
	hex_encode(rec->seed_id, RECORD_ID_SIZE, name);
	fd = sys_open_at(dir, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, 0600);
	if (fd < 0)
		return state_of(fd);
	r = (int)sys_call6(SYS_utimensat, fd, 0, (long)times, 0, 0, 0);
	if (r == 0)
		r = sys_fsync(fd);
	if (r == 0)
		r = sys_fsync(dir);
	sys_close(fd);
	/* The name stands there, so the seed is spent, whatever became of the rest. */
	return r == 0 ? LEDGER_COMMITTED : LEDGER_FAILED;
}

/* Its parent is synced each time: whoever made the folder may have been cut off before that. */
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
	persistence = persistence_of(fd);
	if (persistence == PERSISTENCE_NO)
		state = LEDGER_FORGETS;
	else if (sync_dir(fd, ".."))
		state = create_entry(fd, e->rec);
	if (state == LEDGER_FULL) {
		ledger_dir_prune(e);
		state = create_entry(fd, e->rec);
	}
	sys_close(fd);
	return state;
}

struct prune {
	int dir;
	uint64_t now;
	unsigned left;
};

static bool is_id(const char *name)
{
	size_t n = 0;

	while (hex_digit(name[n]) >= 0)
		n++;
	return n == ID_STRLEN && name[n] == '\0';
}

static bool prune_name(void *ctx, const char *name)
{
	struct prune *p = ctx;
	struct stat st;

	if (p->left == 0 || !is_id(name))
		return false;
	p->left--;
	if (sys_stat_at(p->dir, name, AT_SYMLINK_NOFOLLOW, &st) == 0 && S_ISREG(st.st_mode) &&
		st.st_mtime > 0 && ledger_expired(p->now, (uint64_t)st.st_mtime))
		sys_unlink_at(p->dir, name);
	return true;
}

/* Not synced: an entry that comes back is pruned again. */
void ledger_dir_prune(const struct ledger_entry *e)
{
	struct prune p = { sys_open_dir(AT_FDCWD, e->dir), e->now, PRUNE_MAX };

	if (p.dir < 0)
		return;
	sys_each_name(e->dir, prune_name, &p);
	sys_close(p.dir);
}
