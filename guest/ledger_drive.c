/* SPDX-License-Identifier: GPL-2.0-or-later */
/* On a drive that can be written a tombstone takes the record's place. */
#include "guest/ledger.h"

#include <errno.h>
#include <string.h>

#include "guest/child.h"
#include "guest/sys.h"

static _Atomic enum ledger_state buried;

/* A tombstone that is met was written before, by whom does not matter: gather() has found it. */
enum ledger_state ledger_drive_look(const struct ledger_entry *e)
{
	return e->drive && device_writable(e->drive) ? LEDGER_FREE : LEDGER_ABSENT;
}

static bool holds(int fd, const struct drive *drive, uint8_t *window)
{
	return sys_pread(fd, window, drive->len, drive->at) == (long)drive->len;
}

/* Past the page cache, there and back: what is read at the end comes from the drive. */
static enum ledger_state bury_on(int fd, const struct drive *drive, uint8_t *window)
{
	struct record rec;
	uint8_t id[RECORD_ID_SIZE];

	if (!holds(fd, drive, window) || memcmp(window, drive->raw, drive->len) != 0 ||
		record_parse(window, drive->len, &rec) < 0)
		return LEDGER_FAILED;
	memcpy(id, rec.seed_id, sizeof(id));
	record_bury(window, drive->len);
	if (sys_pwrite(fd, window, drive->len, drive->at) != (long)drive->len || sys_fsync(fd) < 0)
		return LEDGER_FAILED;
	memset(window, 0, drive->len);
	if (!holds(fd, drive, window) || record_buried(window, drive->len, &rec) < 0 ||
		memcmp(rec.seed_id, id, sizeof(id)) != 0)
		return LEDGER_FAILED;
	return LEDGER_COMMITTED;
}

static void bury(struct drive *drive, uint8_t window[PROBE_WINDOW])
{
	int fd = device_open(drive, O_RDWR | O_DIRECT);

	if (fd < 0) {
		buried = LEDGER_ABSENT;
		return;
	}
	buried = bury_on(fd, drive, window);
	explicit_bzero(window, PROBE_WINDOW);
	sys_close(fd);
}

enum ledger_state ledger_drive_commit(const struct ledger_entry *e)
{
	buried = LEDGER_FAILED;
	return child_call(e->index, bury, e->drive, e->wait_ms) ? buried : LEDGER_FAILED;
}
