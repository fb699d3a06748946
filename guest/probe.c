/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "guest/probe.h"

#include <errno.h>
#include <limits.h>
#include <string.h>

#include "guest/stock.h"
#include "guest/sys.h"
#include "util/wire/label.h"

/* These are from linux/cdrom.h. */
#define CDROM_DRIVE_STATUS  0x5326
#define CDS_NO_DISC         1
#define CDS_TRAY_OPEN       2
#define CDS_DRIVE_NOT_READY 3

struct input {
	int fd;
	bool cached; /* at least one read went through the page cache */
	uint64_t at; /* @window has @len bytes of the device, from this offset of the device on */
	size_t len;
	uint8_t *window;
};

/* Fills the window. The read bypasses the page cache if the device supports that, so that no secret stays in the cache,
 * and a slow CD does not read ahead. The offset is aligned for disks with blocks of 4096 bytes. At the end of the
 * device, the window is not full. */
static int fill_window(struct input *in, uint64_t off)
{
	long n;

	in->at = off - off % (PROBE_WINDOW / 2);
	n = sys_pread(in->fd, in->window, PROBE_WINDOW, in->at);
	if (n == -EINVAL && !in->cached && sys_set_flags(in->fd, 0) == 0) {
		in->cached = true;
		n = sys_pread(in->fd, in->window, PROBE_WINDOW, in->at);
	}
	in->len = n > 0 ? (size_t)n : 0;
	if (n < 0)
		return (int)n;
	return off < in->at + in->len ? 0 : -ENODATA;
}

static int read_at(void *ctx, uint64_t off, void *buf, size_t len)
{
	struct input *in = ctx;

	for (uint8_t *p = buf; len > 0;) {
		size_t n;

		if (off < in->at || off >= in->at + in->len) {
			int r = fill_window(in, off);

			if (r < 0)
				return r;
		}
		n = (size_t)(in->at + in->len - off);
		if (n > len)
			n = len;
		memcpy(p, in->window + (off - in->at), n);
		p += n;
		off += n;
		len -= n;
	}
	return 0;
}

/* Called if there is no record: reads the random_seed that every Nova writes, if there is one. */
static int read_stock(struct drive *drive, const struct iso_volume *vol)
{
	struct stock stock = { .seed = drive->raw };
	int r = stock_read(vol, &stock);

	if (r < 0) {
		drive->err = r == -ENOENT ? 0 : r;
		return DRIVE_BARE;
	}
	drive->len = stock.len;
	memcpy(drive->uuid, stock.uuid, UUID_SIZE);
	return DRIVE_STOCK;
}

static int read_record(struct drive *drive, const struct iso_volume *vol)
{
	struct iso_entry file;
	int r = iso_find(vol, RECORD_NAME, &file);

	if (r == -ENOENT)
		return read_stock(drive, vol);
	if (r == 0 && (file.is_dir || file.len > sizeof(drive->raw)))
		r = -EMSGSIZE;
	if (r == 0)
		r = iso_read(vol, &file, 0, drive->raw, (size_t)file.len);
	if (r < 0) {
		/* Here EBADMSG means that the folder is malformed. record_why() would explain it as a wrong digest. */
		drive->err = r == -EBADMSG ? -EIO : r;
		return DRIVE_DAMAGED;
	}
	drive->len = (size_t)file.len;
	drive->at = (uint64_t)file.lba * ISO_SECTOR;
	return DRIVE_SEEDED;
}

/* These errors say what the device is: it is too short, is not ISO 9660, or has no medium. After any other error,
 * reading it later may succeed. */
static bool says_what_it_is(int r)
{
	return r == -ENODATA || r == -ENOMSG || r == -EBADMSG || r == -ENOMEDIUM;
}

static int look(struct drive *drive, struct input *in)
{
	struct iso_volume vol;
	int size, r;

	/* Devices that sysfs lists need not be asked. Under emulation, the first use of a system call costs half a
	 * millisecond. */
	if (!drive->is_block)
		drive->is_block = sys_ioctl(in->fd, BLOCK_SECTOR_SIZE, &size) == 0;
	if (drive->maybe_cd) {
		switch (sys_ioctl(in->fd, CDROM_DRIVE_STATUS, (void *)INT_MAX)) {
		case CDS_NO_DISC:
		case CDS_TRAY_OPEN:
			return DRIVE_OTHER;
		case CDS_DRIVE_NOT_READY:
			return DRIVE_UNSETTLED;
		}
	}
	if (drive->is_block && !drive->listed)
		in->cached = sys_set_flags(in->fd, O_DIRECT) < 0;
	r = iso_volume_open(&vol, (struct iso_input){ read_at, in });
	if (r < 0 && !says_what_it_is(r))
		drive->err = r;
	if (r < 0 || !label_is_seed(vol.label))
		return DRIVE_OTHER;
	memcpy(drive->label, vol.label, sizeof(drive->label));
	return read_record(drive, &vol);
}

void probe(struct drive *drive, uint8_t window[PROBE_WINDOW])
{
	/* Because of O_NONBLOCK, opening a CD drive without a medium does not wait for one. */
	const int flags = O_RDONLY | O_NONBLOCK | (drive->listed ? O_DIRECT : 0);
	struct input in = { .fd = device_open(drive, flags), .window = window };
	int state = DRIVE_OTHER;

	if (in.fd >= 0) {
		state = look(drive, &in);
		if (in.cached)
			sys_call6(SYS_fadvise64, in.fd, 0, 0, POSIX_FADV_DONTNEED, 0, 0);
		sys_close(in.fd);
	} else {
		drive->err = in.fd;
	}
	drive->state = state;
}
