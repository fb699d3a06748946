/* SPDX-License-Identifier: GPL-2.0-or-later */
/* CPU jitter: the CPU needs varying times for the same work. libjitterentropy measures them, if the build has it. */
#include "seed/source/source.h"
#include "seed/source/machine.h"

#include <errno.h>

#ifdef WITH_JITTER
#include <jitterentropy.h>

/* Without this flag the library runs its own health tests only if the kernel is in FIPS mode. */
#define FLAGS JENT_FORCE_FIPS

static int open_jitter(const struct source_spec *spec, struct source_handle *h)
{
	/* The library refuses if this machine's clock is too coarse, or if the measured times do not vary enough. */
	if (jent_entropy_init_ex(0, FLAGS) != 0)
		return -ENODEV;
	if (!spec->stated && machine_is_emulated())
		source_set_assessed(h, 0, 1, "the CPU may be emulated in software");
	h->state = jent_entropy_collector_alloc(0, FLAGS);
	return h->state ? 0 : -ENOMEM;
}

/* This does not use jent_read_entropy_safe(), which continues after a failed test: here a source that fails a test is
 * given up. */
static int fill_jitter(struct source_handle *h, uint8_t *raw, size_t len)
{
	const ssize_t n = jent_read_entropy(h->state, (char *)raw, len);

	return n >= 0 && (size_t)n == len ? 0 : -EIO;
}

/* The library wipes the collector's memory before it frees it. */
static void close_jitter(struct source_handle *h)
{
	if (h->state)
		jent_entropy_collector_free(h->state);
	h->state = NULL;
}
#endif

static const char *why_jitter(int err)
{
	return err == -ENOSYS ? "not built in" : NULL;
}

const struct source source_jitter = {
	.name = "jitter",
	.what = "jitter of the CPU's execution time",
	.kind = SOURCE_CODE,
	.by_default = true,
	.may_state_emulated = true,
	.assessed_bits = 4,
	.per_bytes = 1,
	.test_mbit = SOURCE_TEST_MBIT,
#ifdef WITH_JITTER
	.open = open_jitter,
	.fill = fill_jitter,
	.close = close_jitter,
#endif
	.why = why_jitter,
};
