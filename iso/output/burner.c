/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Checks an optical drive through the kernel, and decides how to write the medium that is in it. */
#include "iso/output/burner.h"
#include "iso/output/holder.h"

#include <errno.h>
#include <fcntl.h>
#include <libburn/libburn.h>
#include <limits.h>
#include <linux/cdrom.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#define SMALLEST ((uint64_t)ISO_SYSTEM_AREA)

enum burner_method burner_choose(
	const struct burner_medium *m, const char *path, uint64_t len, bool force, struct fault *f)
{
	const char *holds = m->holds ? m->holds : "data of an unknown kind";

	if (m->state == BURNER_EMPTY) {
		fault_set(f, -ENOMEDIUM, "%s: no medium in the drive", path);
	} else if (m->state == BURNER_UNUSABLE) {
		fault_set(f, -EMEDIUMTYPE, "%s: the medium cannot be used in this drive", path);
	} else if (m->state == BURNER_FULL && !m->erasable) {
		fault_set(f, -EROFS, "%s: the medium (%s) is not blank and cannot be erased", path,
			m->kind);
	} else if (!force && (m->state == BURNER_FULL || (m->rewritable && m->holds))) {
		fault_set(f, -EEXIST, "%s: the medium (%s) holds %s; --force overwrites it", path,
			m->kind, holds);
	} else if (m->state == BURNER_FULL) {
		return BURNER_ERASE;
	} else if (m->room < len) {
		fault_set(f, -ENOSPC,
			"%s: the medium (%s) is too small: %llu bytes; the image needs %llu", path,
			m->kind, (unsigned long long)m->room, (unsigned long long)len);
	} else {
		return m->rewritable ? BURNER_REWRITE : BURNER_ONCE;
	}
	return BURNER_REFUSE;
}

/* --- checks through the kernel --- */

int burner_check(int abilities, int status, const char *path, struct fault *f)
{
	const int writes = CDC_CD_R | CDC_CD_RW | CDC_DVD_R | CDC_DVD_RAM | CDC_MRW_W | CDC_RAM;

	if (!(abilities & writes))
		return fault_set(f, -EROFS, "%s: the drive reads, but cannot write", path);
	if (status == CDS_NO_DISC)
		return fault_set(f, -ENOMEDIUM, "%s: no medium in the drive", path);
	if (status == CDS_TRAY_OPEN)
		return fault_set(f, -ENOMEDIUM, "%s: the tray is open", path);
	return 0;
}

static int check_with_kernel(struct burner *b, struct fault *f)
{
	const int fd = open(b->path, O_RDONLY | O_EXCL | O_NONBLOCK | O_CLOEXEC);
	int r;

	if (fd < 0)
		return errno == EBUSY ? holder_fault(f, b->path) : fault_errno(f, -errno, b->path);
	r = ioctl(fd, CDROM_GET_CAPABILITY, 0);
	if (r < 0)
		fault_errno(f, r = -errno, b->path);
	else
		r = burner_check(r, ioctl(fd, CDROM_DRIVE_STATUS, CDSL_CURRENT), b->path, f);
	if (r == 0)
		r = holder_check(fd, b->path, b->warn, f);
	/* A blank medium cannot be read. So an error means that the medium has no content. */
	if (r == 0 && content_find(fd, b->content) <= 0)
		b->content[0] = '\0';
	close(fd);
	return r;
}

int burner_open(struct burner *b, struct fault *f)
{
	char address[BURN_DRIVE_ADR_LEN], path[PATH_MAX];
	struct burner_medium medium;
	int r = check_with_kernel(b, f);

	if (r < 0)
		return r;
	if (!realpath(b->path, path))
		return fault_errno(f, -errno, b->path);
	if (strlen(path) >= sizeof(address))
		return fault_errno(f, -ENAMETOOLONG, b->path);
	strcpy(address, path);
	r = burner_acquire(b, address, f);
	if (r == 0)
		r = burner_inspect(b, &medium, f);
	if (r == 0 && burner_choose(&medium, b->path, SMALLEST, b->force, f) == BURNER_REFUSE)
		r = -EINVAL;
	if (r == 0 && b->force && b->overwrites &&
		(medium.state == BURNER_FULL || (medium.rewritable && medium.holds)))
		b->overwrites(b->path, medium.holds ? medium.holds : "data of an unknown kind");
	return r;
}

static enum burner_method decide(struct burner *b, size_t len, struct fault *f)
{
	struct burner_medium m;

	if (burner_inspect(b, &m, f) < 0)
		return BURNER_REFUSE;
	/* libblkid does not recognize the content, but the content is not all zeros. */
	if (m.rewritable && !m.holds && !b->force && !burner_is_blank(b, len))
		m.holds = "data";
	return burner_choose(&m, b->path, len, b->force, f);
}

/* Checks again that nobody else uses the drive, because making the image may have taken long. */
static int check_holders(const struct burner *b, struct fault *f)
{
	const int fd = open(b->path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	int r;

	if (fd < 0)
		return fault_errno(f, -errno, b->path);
	r = holder_check(fd, b->path, NULL, f);
	close(fd);
	return r;
}

int burner_write(struct burner *b, const struct draft *image, iso_progress *report, void *ctx,
	struct fault *f)
{
	enum burner_method way = decide(b, image->len, f);
	int r = way == BURNER_REFUSE ? -EINVAL : check_holders(b, f);

	if (r < 0)
		return r;
	if (way == BURNER_ERASE) {
		r = burner_erase(b, report, ctx, f);
		if (r < 0)
			return r;
		way = decide(b, image->len, f);
	}
	if (way == BURNER_ERASE)
		return fault_set(f, -EIO, "%s: the medium is not blank after erasing", b->path);
	if (way == BURNER_REFUSE)
		return -EINVAL;
	r = burner_burn(b, way, image, report, ctx, f);
	if (r < 0)
		return r;
	r = burner_compare(b, image, report, ctx, f);
	if (r < 0 && way == BURNER_REWRITE)
		burner_undo(b);
	return r;
}

/* --- as a device of an output --- */

static int open_output(void *device, const struct output *o, struct fault *f)
{
	struct burner *b = device;

	b->path = o->path ? o->path : "/dev/stdout";
	b->warn = o->warn;
	return burner_open(b, f);
}

static void close_output(void *device)
{
	burner_close(device);
}

static int write_output(
	void *device, const struct draft *image, iso_progress *progress, void *ctx, struct fault *f)
{
	return burner_write(device, image, progress, ctx, f);
}

const struct device_functions burner_functions = {
	.open = open_output,
	.close = close_output,
	.write = write_output,
};
