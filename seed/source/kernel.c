/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "seed/source/source.h"

#include <errno.h>
#include <sys/random.h>

static int open_kernel(const struct source_spec *spec, struct source_handle *h)
{
	(void)spec;
	(void)h;
	return 0;
}

/* Blocks until the kernel's generator is ready; before that, no byte is delivered. */
static int fill_kernel(struct source_handle *h, uint8_t *raw, size_t len)
{
	(void)h;
	while (len > 0) {
		ssize_t n = getrandom(raw, len, 0);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return n < 0 ? -errno : -EIO;
		raw += n;
		len -= (size_t)n;
	}
	return 0;
}

static void close_kernel(struct source_handle *h)
{
	(void)h;
}

/* The source is assessed at 0 here, because seed/claim.h adds the 256 bits of its strength, once for each seed. */
const struct source source_kernel = {
	.name = "kernel",
	.what = "the kernel's generator, getrandom(2)",
	.kind = SOURCE_KERNEL,
	.assessed_bits = 0,
	.per_bytes = 1,
	.test_mbit = SOURCE_TEST_MBIT,
	.open = open_kernel,
	.fill = fill_kernel,
	.close = close_kernel,
};
