/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "iso/output/output.h"
#include "iso/output/holder.h"
#include "iso/read.h"
#include "util/io.h"
#include "util/open.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

const char *output_name(const struct output *o)
{
	return o->path ? o->path : "standard output";
}

/* Does an image begin like this, whole or not? Until an image that is written in place is whole, its descriptors are
 * zeros; if the writer is killed, they stay so. The system area before them is zeros in any image. */
static bool is_image(const uint8_t *begin, size_t len)
{
	return memcmp(begin + ISO_SYSTEM_AREA, ISO_MAGIC, ISO_MAGIC_SIZE) == 0 ||
		(begin[0] == 0 && memcmp(begin, begin + 1, len - 1) == 0);
}

int output_check_old(int dirfd, const char *name, const char *path, struct fault *f)
{
	uint8_t begin[ISO_SYSTEM_AREA + ISO_SECTOR];
	int fd = open_nonblocking(dirfd, name, O_RDONLY), r;

	if (fd < 0)
		return 0;
	r = io_pread(fd, begin, sizeof(begin), 0);
	close(fd);
	if (r == 0 && is_image(begin, sizeof(begin)))
		return 0;
	return fault_set(
		f, -EEXIST, "%s: OUT is the same file as one that goes on the drive", path);
}

/* Can the image be written at any offset? Standard output was opened by another program: the data before its offset is
 * not ours, and if it has O_APPEND, the kernel ignores the offset of a write. */
static bool has_places(int fd)
{
	const int flags = fcntl(fd, F_GETFL);

	return flags >= 0 && !(flags & O_APPEND) && lseek(fd, 0, SEEK_CUR) == 0;
}

enum output_target output_target(const char *path)
{
	struct stat st;

	if ((path ? stat(path, &st) : fstat(STDOUT_FILENO, &st)) < 0)
		return path ? OUTPUT_FILE : OUTPUT_STREAM;
	if (S_ISBLK(st.st_mode))
		return holder_optical(&st) ? OUTPUT_OPTICAL : OUTPUT_DISK;
	if (S_ISREG(st.st_mode))
		return path || has_places(STDOUT_FILENO) ? OUTPUT_FILE : OUTPUT_STREAM;
	return S_ISDIR(st.st_mode) ? OUTPUT_FILE : OUTPUT_STREAM;
}
