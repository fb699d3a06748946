/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The ledger on the drive itself, if it can be written: a tombstone replaces the record. */
#include "guest/ledger.h"

#include <errno.h>
#include <string.h>

#include "guest/child.h"
#include "guest/sys.h"

static _Atomic enum ledger_state buried;

/* This does not look for tombstones that were written before: gather() has already found them. */
enum ledger_state ledger_drive_look(const struct ledger_entry *e)
{
	if (!e->drive || !device_writable(e->drive))
		return LEDGER_ABSENT;
	return e->vouched || e->drive->persistent ? LEDGER_FREE : LEDGER_FORGETS;
}

/* The whole blocks of the device that contain a record: O_DIRECT needs whole blocks, of 512 or 4096 bytes. */
struct extent {
	uint64_t at;
	size_t len, skip; /* @skip: bytes from @at to the record */
};

static bool find_extent(int fd, const struct drive *drive, struct extent *ret)
{
	int size;

	if (sys_ioctl(fd, BLOCK_SECTOR_SIZE, &size) < 0 || size <= 0 || size > PROBE_WINDOW)
		return false;
	ret->skip = (size_t)(drive->at % (unsigned)size);
	ret->at = drive->at - ret->skip;
	ret->len = ret->skip + drive->len + (unsigned)size - 1;
	ret->len -= ret->len % (unsigned)size;
	return ret->len <= PROBE_WINDOW;
}

static bool read_extent(int fd, const struct extent *x, uint8_t *window)
{
	return sys_pread(fd, window, x->len, x->at) == (long)x->len;
}

/* Writes the tombstone, and reads it back. Both bypass the page cache, so that the bytes compared at the end come from
 * the drive. */
static enum ledger_state bury_on(int fd, const struct drive *drive, uint8_t *window)
{
	struct extent x;
	struct record rec;
	uint8_t id[RECORD_ID_SIZE], *raw;

	if (!find_extent(fd, drive, &x))
		return LEDGER_ABSENT;
	raw = window + x.skip;
	if (!read_extent(fd, &x, window) || memcmp(raw, drive->raw, drive->len) != 0 ||
		record_parse(raw, drive->len, &rec) < 0)
		return LEDGER_FAILED;
	memcpy(id, rec.seed_id, sizeof(id));
	record_make_tombstone(raw, drive->len);
	if (sys_pwrite(fd, window, x.len, x.at) != (long)x.len || sys_fsync(fd) < 0)
		return LEDGER_FAILED;
	memset(window, 0, x.len);
	if (!read_extent(fd, &x, window) || record_parse_tombstone(raw, drive->len, &rec) < 0 ||
		memcmp(rec.seed_id, id, sizeof(id)) != 0)
		return LEDGER_FAILED;
	return LEDGER_COMMITTED;
}

/* O_EXCL: if two runs try this at the same time, only one can open the device; if the device is mounted, none can. */
static void bury(struct drive *drive, uint8_t window[PROBE_WINDOW])
{
	int fd = device_open(drive, O_RDWR | O_DIRECT | O_EXCL);

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
