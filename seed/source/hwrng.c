/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The kernel's hardware generator. Its assessment is the quality that the kernel states. */
#include "seed/source/source.h"
#include "seed/source/machine.h"
#include "seed/source/stream.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#define DEVICE      "/dev/hwrng"
#define QUALITY_MAX 1024 /* the kernel states quality as bits of entropy in 1024 bits */
#define QUALITY_PER (QUALITY_MAX / 8) /* 1024 bits, in bytes */
/* Limit of the assessment, in bits a byte. There is no higher one, because the kernel states 1024 for a driver that
 * states no quality. */
#define BITS_MAX 4
/* A quality below this is assessed at 0, because the tests have no cutoffs for it. */
#define QUALITY_MIN (SOURCE_MBIT_MIN * QUALITY_PER / 1000)

/* The tests replace these three. */
static bool (*is_virtual)(void) = machine_is_virtual;
static const char *sysfs = "/sys/class/misc/hw_random";
static const char *tpms = "/sys/class/tpm";

static bool is_hwrng(const struct stat *st)
{
	return S_ISCHR(st->st_mode) && st->st_rdev == makedev(10, 183); /* devices.txt of Linux */
}

static bool begins(const char *text, const char *with)
{
	return strncmp(text, with, strlen(with)) == 0;
}

/* Is the generator provided by a hypervisor? virtio_rng, nsm-hwrng (AWS Nitro enclaves) and pseries-rng (PowerVM and
 * KVM) always are; a TPM and the firmware's smccc_trng are if this machine is virtual. */
static bool is_from_hypervisor(const char *current)
{
	return begins(current, "virtio_rng") || begins(current, "nsm-hwrng") ||
		begins(current, "pseries-rng") ||
		((begins(current, "tpm-rng-") || begins(current, "smccc_trng")) && is_virtual());
}

/* The kernel registers each TPM as a generator, "tpm-rng-N". Finds N. Returns: whether it is one. */
static bool is_tpm(const char *current, unsigned *ret_chip)
{
	char tail;

	return sscanf(current, "tpm-rng-%u%c", ret_chip, &tail) == 1;
}

static bool is_software_tpm(const char *current)
{
	char path[64];
	unsigned chip;

	if (!is_tpm(current, &chip))
		return false;
	snprintf(path, sizeof(path), "%s/tpm%u", tpms, chip);
	return machine_made_up(path);
}

static int ask_kernel(const char *name, char *out, size_t size)
{
	char path[64];

	snprintf(path, sizeof(path), "%s/%s", sysfs, name);
	return machine_text(path, out, size);
}

/* Returns: the quality that the kernel states, 0..QUALITY_MAX; 0 if it states none. */
static unsigned quality(void)
{
	char text[32], *end;
	unsigned long n;

	if (ask_kernel("rng_quality", text, sizeof(text)) < 0 || text[0] < '0' || text[0] > '9')
		return 0;
	n = strtoul(text, &end, 10);
	return *end || n > QUALITY_MAX ? 0 : (unsigned)n;
}

/* The generator that the device uses at this moment. The administrator may switch to another one at any time. */
struct behind {
	int err;
	char current[64];
	unsigned quality;
};

static struct behind ask_behind(void)
{
	struct behind b = { 0 };

	b.err = ask_kernel("rng_current", b.current, sizeof(b.current));
	b.quality = quality();
	return b;
}

static void take_quality(struct source_handle *h, unsigned q)
{
	source_set_assessed(h, q, QUALITY_PER, "the quality that the kernel states");
	h->test_mbit = 1000 * q / QUALITY_PER;
}

static void assess(struct source_handle *h, const struct behind *b)
{
	const unsigned q = b->quality;

	if (is_from_hypervisor(b->current))
		source_set_assessed(h, 0, 1, "from the hypervisor, as this machine is virtual");
	else if (is_software_tpm(b->current))
		source_set_assessed(h, 0, 1, "a software TPM");
	else if (q == 0)
		source_set_assessed(h, 0, 1, "the kernel states no quality for it");
	else if (q < QUALITY_MIN)
		source_set_assessed(h, 0, 1, "the kernel states less than 0.25 bits a byte");
	else if (q < BITS_MAX * QUALITY_PER)
		take_quality(h, q);
}

/* Names the generator in h->device, so that a draw with a memory notices if the kernel has switched to another one since
 * the last draw. If it is a TPM, h->device gets the same text as for the source tpm, so that the two count only once. */
static void name(struct source_handle *h, const struct behind *b)
{
	const size_t len = strlen(h->device);
	unsigned chip;

	if (is_tpm(b->current, &chip))
		snprintf(h->device, sizeof(h->device), "tpm %u", chip);
	else if (b->err == 0)
		snprintf(h->device + len, sizeof(h->device) - len, " %s", b->current);
}

/* Names and assesses the generator that the device uses. */
static int look_behind(struct source_handle *h)
{
	struct behind *b = malloc(sizeof(*b));

	if (!b)
		return -ENOMEM;
	h->state = b;
	*b = ask_behind();
	if (b->err < 0)
		source_set_assessed(h, 0, 1, "the kernel does not name the generator behind it");
	else
		assess(h, b);
	name(h, b);
	return 0;
}

static void close_hwrng(struct source_handle *h)
{
	free(h->state);
	h->state = NULL;
	source_close_descriptor(h);
}

static int open_hwrng(const struct source_spec *spec, struct source_handle *h)
{
	struct stat st;
	int r = 0;

	h->fd = open(
		spec->arg[0] ? spec->arg : DEVICE, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	if (h->fd < 0)
		return errno == ENOENT && !spec->arg[0] ? -ENODEV : -errno;
	if (fstat(h->fd, &st) < 0)
		r = -errno;
	else if (S_ISDIR(st.st_mode))
		r = -EISDIR;
	else if (!S_ISCHR(st.st_mode) && !S_ISFIFO(st.st_mode))
		r = -ENOTTY;
	if (r < 0) {
		close_hwrng(h);
		return r;
	}
	source_identify(h, &st);
	if (is_hwrng(&st))
		r = look_behind(h);
	else
		source_set_assessed(h, 0, 1, "not the kernel's hardware generator");
	if (r < 0)
		close_hwrng(h);
	return r;
}

static int fill_hwrng(struct source_handle *h, uint8_t *raw, size_t len)
{
	const struct behind *before = h->state;
	int r = stream_read(h->fd, raw, len, h->deadline_ms);

	/* The assessment holds only for the generator that was the current one then: check that it still is. */
	if (r == 0 && before) {
		const struct behind after = ask_behind();

		if (after.err != before->err || after.quality != before->quality ||
			strcmp(after.current, before->current) != 0)
			r = -ESTALE;
	}
	return r;
}

static const char *why_hwrng(int err)
{
	return err == -ENOTTY  ? "not a character device" :
		err == -ESTALE ? "the kernel has switched to another generator" :
				 NULL;
}

const struct source source_hwrng = {
	.name = "hwrng",
	.what = "the kernel's hardware generator",
	.kind = SOURCE_DEVICE,
	.arg = ARG_OPTIONAL,
	.by_default = true,
	.device = DEVICE,
	.assessed_bits = BITS_MAX,
	.per_bytes = 1,
	.test_mbit = SOURCE_TEST_MBIT,
	.open = open_hwrng,
	.fill = fill_hwrng,
	.close = close_hwrng,
	.knows = is_hwrng,
	.why = why_hwrng,
};
