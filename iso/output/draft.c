/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "iso/output/draft.h"
#include "iso/output/room.h"
#include "util/secret.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#ifndef MFD_NOEXEC_SEAL
#define MFD_NOEXEC_SEAL 0x8u
#endif

/* Some systems demand MFD_NOEXEC_SEAL, which says that the file is no program. Kernels before 6.3 refuse this flag. */
static int create(void)
{
	const int fd = memfd_create("seedrive", MFD_CLOEXEC | MFD_NOEXEC_SEAL);

	return fd < 0 && errno == EINVAL ? memfd_create("seedrive", MFD_CLOEXEC) : fd;
}

int draft_open(struct draft *d, uint64_t len)
{
	void *p;

	*d = (struct draft){ .fd = create() };
	if (d->fd < 0)
		return -errno;
	/* The kernel does not limit the size of such a file: it would kill other processes to get memory for it. */
	if (len == 0 || len > room_of_memory() / 4 * 3)
		return -ENOMEM;
	/* All memory is allocated now, so that writing cannot fail halfway. */
	if (fallocate(d->fd, 0, 0, (off_t)len) < 0)
		return errno == ENOSPC ? -ENOMEM : -errno;
	p = mmap(NULL, (size_t)len, PROT_READ | PROT_WRITE, MAP_SHARED, d->fd, 0);
	if (p == MAP_FAILED)
		return -errno;
	secret_lock(p, (size_t)len);
	d->bytes = p;
	d->len = (size_t)len;
	return 0;
}

void draft_clear(struct draft *d)
{
	if (!d)
		return;
	if (d->bytes) {
		explicit_bzero(d->bytes, d->len);
		munmap(d->bytes, d->len);
	}
	if (d->fd >= 0)
		close(d->fd);
	*d = (struct draft){ .fd = -1 };
}
