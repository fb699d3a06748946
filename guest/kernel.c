/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "guest/kernel.h"

#include <errno.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/random.h>

#include "guest/node.h"
#include "guest/sys.h"

/* These are from linux/random.h. musl does not have this header unless the kernel's headers are installed. */
#define ADD_ENTROPY _IOW('R', 0x03, int[2])
#define RESEED_CRNG _IO('R', 0x07)

#define PIECE 64

struct pool_info {
	int bits, size;
	uint8_t data[PIECE];
};

bool kernel_ready(void)
{
	uint8_t byte;
	bool ready = kernel_random(&byte, 1) == 0;

	explicit_bzero(&byte, 1);
	return ready;
}

int kernel_random(void *out, size_t len)
{
	long n = sys_call(SYS_getrandom, (long)out, (long)len, GRND_NONBLOCK);

	return n == (long)len ? 0 : n < 0 ? (int)n : -EIO;
}

/* The size of the pool shows which generation of the RNG this is; the kernel's version does not show it reliably. */
static size_t piece_size(void)
{
	char text[8];

	if (sys_read_text("/proc/sys/kernel/random/poolsize", text, sizeof(text)) <= 0)
		return 0;
	return memcmp(text, "4096", 4) == 0 ? PIECE / 4 : PIECE;
}

/* /dev/random and /dev/urandom both accept writes and these ioctls. */
int kernel_open(struct kernel *k)
{
	k->piece = piece_size();
	k->fd = node_open("/dev/urandom", O_WRONLY, S_IFCHR, 1, 9);
	return k->fd < 0 ? k->fd : 0;
}

void kernel_close(struct kernel *k)
{
	if (k->fd >= 0)
		sys_close(k->fd);
	k->fd = -1;
}

int kernel_mix(const struct kernel *k, const void *data, size_t len)
{
	return sys_write_all(k->fd, data, len);
}

int kernel_credit(const struct kernel *k, const uint8_t *seed, size_t len, unsigned bits)
{
	struct pool_info info;
	const size_t piece = k->piece;
	size_t at;
	unsigned told = 0;
	int r = 0;

	for (at = 0; at < len && r == 0; at += piece) {
		unsigned due = (unsigned)((uint64_t)bits * (at + piece) / len);

		info.bits = (int)(due - told);
		info.size = (int)piece;
		memcpy(info.data, seed + at, piece);
		r = sys_ioctl(k->fd, ADD_ENTROPY, &info);
		told = due;
	}
	explicit_bzero(&info, sizeof(info));
	/* EINVAL, ENOTTY and ENODATA mean that this kernel reseeds by itself, or is not ready yet. They are ignored,
	 * because the caller checks kernel_ready() in any case. */
	if (r == 0)
		(void)sys_ioctl(k->fd, RESEED_CRNG, NULL);
	return r;
}

int kernel_reseed(const struct kernel *k)
{
	return sys_ioctl(k->fd, RESEED_CRNG, NULL);
}
