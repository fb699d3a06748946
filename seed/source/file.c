/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Hardware generators on a serial or USB port, FIFOs, and regular files. A regular file is always assessed at 0. */
#include "seed/source/source.h"
#include "seed/source/stream.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <termios.h>
#include <unistd.h>

/* Is this /dev/random or /dev/urandom, by its device number (devices.txt of Linux)? */
static bool is_kernel(const struct stat *st)
{
	return S_ISCHR(st->st_mode) &&
		(st->st_rdev == makedev(1, 8) || st->st_rdev == makedev(1, 9));
}

/* In its default mode a serial line delivers only whole lines, and changes some bytes. This switches that off. */
static void set_raw(int fd)
{
	struct termios line;

	if (tcgetattr(fd, &line) < 0)
		return;
	cfmakeraw(&line);
	(void)tcsetattr(fd, TCSANOW, &line);
}

static int open_file(const struct source_spec *spec, struct source_handle *h)
{
	struct stat st;
	int r = 0;

	h->fd = open(spec->arg, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	if (h->fd < 0)
		return -errno;
	if (fstat(h->fd, &st) < 0) {
		r = -errno;
		goto out;
	}
	source_identify(h, &st);
	if (S_ISDIR(st.st_mode))
		r = -EISDIR;
	else if (S_ISREG(st.st_mode))
		source_set_assessed(h, 0, 1, "a regular file: its writer knows the bytes");
	else if (!S_ISCHR(st.st_mode) && !S_ISFIFO(st.st_mode))
		r = -EINVAL;
	else if (is_kernel(&st))
		source_set_assessed(h, 0, 1, "the kernel's generator, which is drawn anyway");
	else
		set_raw(h->fd);
out:
	if (r < 0)
		source_close_descriptor(h);
	return r;
}

static int fill_file(struct source_handle *h, uint8_t *raw, size_t len)
{
	return stream_read(h->fd, raw, len, h->deadline_ms);
}

const struct source source_file = {
	.name = "file",
	.what = "a serial or USB key, a FIFO",
	.kind = SOURCE_DEVICE,
	.arg = ARG_REQUIRED,
	.may_state = true,
	.assessed_bits = 0,
	.per_bytes = 1,
	.test_mbit = SOURCE_TEST_MBIT,
	.open = open_file,
	.fill = fill_file,
	.close = source_close_descriptor,
};
