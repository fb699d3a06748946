/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "iso/output/disk.h"
#include "iso/output/holder.h"
#include "iso/output/invalidate.h"
#include "util/io.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#define PIECE (1u << 20) /* bytes; a multiple of any device's block size */

/* --- opening --- */

/* Looks for content even if --force was given, to report what will be overwritten. */
static int check_content(struct disk *d, struct fault *f)
{
	const int r = d->content ? d->content->find(d->fd, d->holds) : 0;

	if (d->force)
		return 0;
	if (r < 0)
		return fault_errno(f, r, d->path);
	return r == 0 ?
		0 :
		fault_set(f, -EEXIST, "%s: holds %s; --force overwrites it", d->path, d->holds);
}

int disk_open(struct disk *d, struct fault *f)
{
	int r;

	d->fd = -1;
	d->holds[0] = '\0';
	r = holder_open(d->path, &d->fd, d->warn, f);
	return r == 0 ? check_content(d, f) : r;
}

/* --- before the first byte --- */

static int check_room(const struct disk *d, uint64_t len, struct fault *f)
{
	uint64_t room;

	if (ioctl(d->fd, BLKGETSIZE64, &room) < 0)
		return fault_errno(f, -errno, d->path);
	return room >= len ?
		0 :
		fault_set(f, -ENOSPC, "%s: too small: %llu bytes; the image needs %llu", d->path,
			(unsigned long long)room, (unsigned long long)len);
}

/* Returns: -EEXIST if the first @len bytes are not all zeros. So data is found that libblkid does not recognize. */
static int find_data(const struct disk *d, size_t len)
{
	struct draft buffer;
	size_t at, n;
	int r = draft_open(&buffer, PIECE);

	for (at = 0; r == 0 && at < len; at += n) {
		n = len - at < PIECE ? len - at : PIECE;
		r = io_pread(d->fd, buffer.bytes, n, at);
		if (r == 0 && !content_is_zero(buffer.bytes, n))
			r = -EEXIST;
	}
	draft_clear(&buffer);
	return r;
}

static int check_data(const struct disk *d, size_t len, struct fault *f)
{
	const int r = find_data(d, len);

	if (r == -EEXIST)
		return fault_set(f, r, "%s: holds data; --force overwrites it", d->path);
	return r < 0 ? fault_errno(f, r, d->path) : 0;
}

static void say_overwritten(const struct disk *d, size_t len)
{
	if (!d->overwrites)
		return;
	if (d->holds[0])
		d->overwrites(d->path, d->holds);
	else if (find_data(d, len) == -EEXIST)
		d->overwrites(d->path, "data");
}

/* --- the image --- */

struct transfer {
	const struct disk *disk;
	const struct draft *image;
	iso_progress *report;
	void *ctx;
};

static int write_range(const struct transfer *p, size_t at, size_t end)
{
	int r = 0;
	size_t n;

	for (; r == 0 && at < end; at += n) {
		n = end - at < PIECE ? end - at : PIECE;
		r = io_pwrite(p->disk->fd, p->image->bytes + at, n, at);
		p->report(p->ctx, at + n, p->image->len);
	}
	return r;
}

static int sync_all(const struct transfer *p)
{
	return fsync(p->disk->fd) < 0 ? -errno : 0;
}

static int write_image(const struct transfer *p)
{
	const size_t end = iso_descriptors_end(p->image->bytes, p->image->len);
	int r = invalidate_image(p->disk->fd, p->image->len);

	if (r == 0 && p->disk->force && p->disk->content)
		r = p->disk->content->erase(p->disk->fd);
	if (r == 0)
		r = write_range(p, 0, ISO_SYSTEM_AREA);
	if (r == 0)
		r = write_range(p, end, p->image->len);
	if (r == 0)
		r = sync_all(p);
	if (r == 0)
		r = write_range(p, ISO_SYSTEM_AREA, end);
	return r < 0 ? r : sync_all(p);
}

/* --- reading back --- */

static int read_past_cache(const struct disk *d, bool past)
{
	const int flags = fcntl(d->fd, F_GETFL) & ~O_DIRECT;

	return fcntl(d->fd, F_SETFL, past ? flags | O_DIRECT : flags) < 0 ? -errno : 0;
}

/* O_DIRECT reads only whole blocks, so the last read is rounded up. It does not go beyond the end of the device,
 * because the size of a device is a whole number of blocks too. */
static int compare(const struct transfer *p)
{
	struct draft buffer;
	int r, block = 0;
	size_t at, n;

	r = draft_open(&buffer, PIECE);
	if (r == 0 && ioctl(p->disk->fd, BLKSSZGET, &block) < 0)
		r = -errno;
	if (r == 0)
		r = read_past_cache(p->disk, true);
	for (at = 0; r == 0 && at < p->image->len; at += n) {
		n = p->image->len - at < PIECE ? p->image->len - at : PIECE;
		r = io_pread(p->disk->fd, buffer.bytes,
			(n + (size_t)block - 1) / (size_t)block * (size_t)block, at);
		if (r == 0 && memcmp(buffer.bytes, p->image->bytes + at, n) != 0)
			r = -EBADMSG;
		p->report(p->ctx, at + n, p->image->len);
	}
	(void)read_past_cache(p->disk, false);
	draft_clear(&buffer);
	return r;
}

int disk_write(
	struct disk *d, const struct draft *image, iso_progress *report, void *ctx, struct fault *f)
{
	const struct transfer p = { .disk = d, .image = image, .report = report, .ctx = ctx };
	int r = check_room(d, image->len, f);

	if (r == 0 && !d->force)
		r = check_data(d, image->len, f);
	else if (r == 0)
		say_overwritten(d, image->len);
	if (r == 0)
		r = holder_check(d->fd, d->path, NULL, f);
	if (r < 0)
		return r;
	r = write_image(&p);
	if (r == 0)
		r = compare(&p);
	if (r < 0)
		(void)invalidate_image(d->fd, image->len);
	/* Drops the copies in the page cache. Then reads the partition table again, so that the old partitions
	 * disappear. */
	(void)posix_fadvise(d->fd, 0, 0, POSIX_FADV_DONTNEED);
	(void)ioctl(d->fd, BLKRRPART);
	if (r == -EBADMSG)
		return fault_set(
			f, r, "%s: the data read back differs from the data written", d->path);
	return r < 0 ? fault_errno(f, r, d->path) : 0;
}

int disk_check_stdout(struct fault *f)
{
	return lseek(STDOUT_FILENO, 0, SEEK_CUR) == 0 ?
		0 :
		fault_set(
			f, -EINVAL, "standard output: a disk, but positioned after its beginning");
}

void disk_close(struct disk *d)
{
	if (!d)
		return;
	if (d->fd >= 0)
		close(d->fd);
	d->fd = -1;
}

/* --- the functions that an output calls for a disk --- */

static int open_output(void *device, const struct output *o, struct fault *f)
{
	struct disk *d = device;

	/* If standard output is the disk, the disk can be opened by the path /dev/stdout. */
	d->path = o->path ? o->path : "/dev/stdout";
	d->warn = o->warn;
	return disk_open(d, f);
}

static void close_output(void *device)
{
	disk_close(device);
}

static int check_output_room(const void *device, uint64_t size, struct fault *f)
{
	return check_room(device, size, f);
}

static int write_output(
	void *device, const struct draft *image, iso_progress *progress, void *ctx, struct fault *f)
{
	return disk_write(device, image, progress, ctx, f);
}

const struct device_functions disk_functions = {
	.open = open_output,
	.close = close_output,
	.check_room = check_output_room,
	.write = write_output,
};
