/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "guest/kernel.h"

#include <string.h>
#include <sys/ioctl.h>
#include <sys/random.h>

#include "guest/sys.h"

/* linux/random.h, which a musl without kernel headers does not have. */
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
	bool ready = sys_call(SYS_getrandom, (long)&byte, 1, GRND_NONBLOCK, 0, 0, 0) == 1;

	explicit_bzero(&byte, 1);
	return ready;
}

/* Either device takes both, writes and the ioctls. */
int kernel_open(void)
{
	return sys_open("/dev/urandom", O_WRONLY);
}

int kernel_mix(int fd, const void *data, size_t len)
{
	return sys_write_all(fd, data, len);
}

/* The generation of the generator shows in the size of its pool, not in a version. */
static size_t piece_size(void)
{
	char text[8];

	sys_read_text("/proc/sys/kernel/random/poolsize", text, sizeof(text));
	return memcmp(text, "4096", 4) == 0 ? PIECE / 4 : PIECE;
}

int kernel_credit(int fd, const uint8_t *seed, size_t len, unsigned bits)
{
	struct pool_info info;
	size_t piece = piece_size(), at;
	unsigned told = 0;
	int r = 0;

	for (at = 0; at < len && r == 0; at += piece) {
		unsigned due = (unsigned)((uint64_t)bits * (at + piece) / len);

		info.bits = (int)(due - told);
		info.size = (int)piece;
		memcpy(info.data, seed + at, piece);
		r = sys_ioctl(fd, ADD_ENTROPY, &info);
		told = due;
	}
	explicit_bzero(&info, sizeof(info));
	/* EINVAL, ENOTTY and ENODATA say that this kernel does it by itself, or is not ready yet;
	 * the caller looks at kernel_ready() in any case. */
	if (r == 0)
		(void)sys_ioctl(fd, RESEED_CRNG, NULL);
	return r;
}
