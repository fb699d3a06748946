/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "guest/stage/store.h"

#include <errno.h>

#include "guest/stage/deadline.h"
#include "guest/stage/notes.h"
#include "guest/stage/place.h"
#include "guest/sys.h"

#define STEP "writing to /var/lib/seedrive"

static int sync_folder(const char *path)
{
	char whole[NOTES_PATH];
	int fd = notes_path(whole, path, "") ? sys_open_dir(AT_FDCWD, whole) : -ENAMETOOLONG;
	int r;

	if (fd < 0)
		return fd;
	r = sys_fsync(fd);
	sys_close(fd);
	return r;
}

/* Makes a folder. Returns: 1 if it was made now; 0 if it existed; or -errno. */
static int make_folder(const char *path, unsigned mode)
{
	char whole[NOTES_PATH];
	int r;

	if (!notes_path(whole, path, ""))
		return -ENAMETOOLONG;
	r = (int)sys_call(SYS_mkdirat, AT_FDCWD, (long)whole, mode);
	return r == -EEXIST ? 0 : r < 0 ? r : 1;
}

/* After a folder is made, the folder above it is flushed, because its name is stored there. At first /var may be
 * empty. */
int store_make(void)
{
	int lib, store;

	deadline_step(STEP);
	lib = make_folder("/var/lib", 0755);
	store = make_folder(PLACE_STORE, 0700);
	if (store < 1)
		return store;
	store = lib > 0 ? sync_folder("/var") : 0;
	return store < 0 ? store : sync_folder("/var/lib");
}

bool store_has(const char *id)
{
	char path[NOTES_PATH];

	return notes_path(path, PLACE_STORE "/ledger/", id) && sys_exists(path);
}

int store_add(const char *id)
{
	char path[NOTES_PATH];
	int fd, r;

	r = store_make();
	if (r == 0)
		r = make_folder(PLACE_STORE "/ledger", 0700);
	if (r > 0)
		r = sync_folder(PLACE_STORE);
	if (r < 0 || !notes_path(path, PLACE_STORE "/ledger/", id))
		return r < 0 ? r : -ENAMETOOLONG;
	fd = sys_open_at(AT_FDCWD, path, O_WRONLY | O_CREAT | O_NOFOLLOW, 0600);
	if (fd < 0)
		return fd;
	r = sys_fsync(fd);
	sys_close(fd);
	return r < 0 ? r : sync_folder(PLACE_STORE "/ledger");
}
