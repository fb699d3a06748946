/* SPDX-License-Identifier: GPL-2.0-or-later */
/* RDSEED and RDRAND of x86-64, RNDRRS and RNDR of Arm: each step gives one word of 64 bits. */
#include "seed/source/cpu.h"
#include "seed/source/machine.h"
#include "seed/source/source.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

/* Intel's guide allows ten tries for RDRAND. RDSEED can be called faster than the CPU generates words: on a working CPU
 * we saw 241 refusals in a row, so only a much higher number means that the CPU is broken. */
#define RDRAND_TRIES 10
#define RDSEED_TRIES 65536

/* Functions that ask the CPU and the kernel whether they offer the instructions, and that run them. The tests replace
 * these functions. */
struct cpu_ops {
	bool (*cpu_has_seed)(void), (*cpu_has_rand)(void);
	bool (*kernel_has_seed)(void), (*kernel_has_rand)(void);
	bool (*seed_step)(uint64_t *word), (*rand_step)(uint64_t *word);
	/* Fills up to @words words, and stops at the first refusal. Returns: how many words were filled. */
	size_t (*rand_many)(uint8_t *raw, size_t words);
	void (*relax)(void);
};

#if defined(__x86_64__)
#include <cpuid.h>
#include <immintrin.h>

/* RDRAND is assessed at 128 bits in 16 KiB: the CPU reseeds at least once in 511 x 128 bits, which are fewer than 16
 * KiB. */
#define RANDOM_BITS  128
#define RANDOM_BYTES 16384

static bool cpu_has_seed(void)
{
	unsigned a, b, c, d;

	return __get_cpuid_count(7, 0, &a, &b, &c, &d) && b & bit_RDSEED;
}

static bool cpu_has_rand(void)
{
	unsigned a, b, c, d;

	return __get_cpuid(1, &a, &b, &c, &d) && c & bit_RDRND;
}

/*
 * If the kernel knows that an instruction is broken, it disables it, while CPUID still offers it (AMD-SB-7055). This
 * small file of sysfs lists the features that the kernel allows, each as ",NUMBER". /proc/cpuinfo has them too, but
 * older kernels take 10 ms to produce it. If the file is missing, no feature counts as allowed.
 */
static bool kernel_has(const char *feature)
{
	static char flags[8192];
	static ssize_t len = -1;

	if (len < 0) {
		int fd = open("/sys/devices/system/cpu/modalias", O_RDONLY | O_CLOEXEC);

		len = 0;
		if (fd >= 0) {
			len = read(fd, flags, sizeof(flags) - 1);
			close(fd);
		}
		if (len < 0)
			len = 0;
		flags[len] = '\0';
	}
	return strstr(flags, feature) != NULL;
}

static bool kernel_has_seed(void)
{
	return kernel_has(",0132"); /* X86_FEATURE_RDSEED: 9 * 32 + 18 */
}

static bool kernel_has_rand(void)
{
	return kernel_has(",009E"); /* X86_FEATURE_RDRAND: 4 * 32 + 30 */
}

__attribute__((target("rdseed"))) static bool seed_step(uint64_t *word)
{
	unsigned long long w = 0;
	bool ok = _rdseed64_step(&w);

	*word = w;
	return ok;
}

__attribute__((target("rdrnd"))) static bool rand_step(uint64_t *word)
{
	unsigned long long w = 0;
	bool ok = _rdrand64_step(&w);

	*word = w;
	return ok;
}

/* This is a separate loop because RDRAND is so fast that a function call for each word would cost noticeable time. */
__attribute__((target("rdrnd"))) static size_t rand_many(uint8_t *raw, size_t words)
{
	unsigned long long w = 0;
	size_t i;

	for (i = 0; i < words && _rdrand64_step(&w); i++)
		memcpy(raw + i * sizeof(w), &w, sizeof(w));
	__asm__ volatile(""
			 : "=r"(w)
			 : "0"(0ull)); /* overwrites the register that held the last word */
	return i;
}

static void relax(void)
{
	_mm_pause();
}

static const struct cpu_ops cpu_default = { cpu_has_seed, cpu_has_rand, kernel_has_seed,
	kernel_has_rand, seed_step, rand_step, rand_many, relax };

#elif defined(__aarch64__)
#include <sys/auxv.h>

#define RANDOM_BITS \
	0 /* no bits are claimed, because Arm does not say how often a CPU must reseed RNDR */
#define RANDOM_BYTES 1

static bool has_rng(void)
{
	return getauxval(AT_HWCAP2) & 1UL << 16; /* HWCAP2_RNG */
}

/* The CPU sets PSTATE.Z if it could not give a random word. */
static bool seed_step(uint64_t *word)
{
	bool ok;

	__asm__ volatile("mrs %0, s3_3_c2_c4_1\n\tcset %w1, ne" : "=r"(*word), "=r"(ok) : : "cc");
	return ok;
}

static bool rand_step(uint64_t *word)
{
	bool ok;

	__asm__ volatile("mrs %0, s3_3_c2_c4_0\n\tcset %w1, ne" : "=r"(*word), "=r"(ok) : : "cc");
	return ok;
}

static size_t rand_many(uint8_t *raw, size_t words)
{
	uint64_t w = 0;
	size_t i;

	for (i = 0; i < words && rand_step(&w); i++)
		memcpy(raw + i * sizeof(w), &w, sizeof(w));
	explicit_bzero(&w, sizeof(w));
	return i;
}

static void relax(void)
{
	__asm__ volatile("yield");
}

/* Only the kernel can say whether the CPU offers the instructions, so the questions to both use the same function. */
static const struct cpu_ops cpu_default = { has_rng, has_rng, has_rng, has_rng, seed_step,
	rand_step, rand_many, relax };

#else

#define RANDOM_BITS  0
#define RANDOM_BYTES 1

static bool no(void)
{
	return false;
}

static bool no_step(uint64_t *word)
{
	*word = 0;
	return false;
}

static size_t rand_many(uint8_t *raw, size_t words)
{
	(void)raw;
	(void)words;
	return 0;
}

static void relax(void)
{
}

static const struct cpu_ops cpu_default = { no, no, no, no, no_step, no_step, rand_many, relax };
#endif

static const struct cpu_ops *cpu = &cpu_default;
static bool (*is_emulated)(void) = machine_is_emulated; /* the tests replace this */

/* An emulated instruction is only as good as the emulator's own source, and only the owner of the host knows that
 * source. So it is assessed at 0 unless the user states an assessment. */
static int assess(const struct source_spec *spec, struct source_handle *h, bool offered)
{
	if (!offered)
		return -ENODEV;
	if (!spec->stated && is_emulated())
		source_set_assessed(h, 0, 1, "the CPU may be emulated in software");
	return 0;
}

static int open_rdseed(const struct source_spec *spec, struct source_handle *h)
{
	return assess(spec, h, cpu->cpu_has_seed() && cpu->kernel_has_seed());
}

static int open_rdrand(const struct source_spec *spec, struct source_handle *h)
{
	return assess(spec, h, cpu->cpu_has_rand() && cpu->kernel_has_rand());
}

/* Tries until a step succeeds. The caller must not use what a failed step left in @word. */
static int slow_word(
	struct source_handle *h, bool (*step)(uint64_t *), unsigned tries, uint64_t *word)
{
	for (; tries > 0; tries--) {
		if (step(word))
			return 0;
		h->retries++;
		cpu->relax();
	}
	return -EIO;
}

static int fill(
	struct source_handle *h, uint8_t *raw, size_t len, bool (*step)(uint64_t *), unsigned tries)
{
	uint64_t word = 0;
	int r = 0;

	while (len > 0) {
		const size_t n = len < sizeof(word) ? len : sizeof(word);

		if (!step(&word)) {
			h->retries++;
			r = slow_word(h, step, tries - 1, &word);
			if (r < 0)
				break;
		}
		memcpy(raw, &word, n);
		raw += n;
		len -= n;
	}
	explicit_bzero(&word, sizeof(word));
	return r;
}

static int fill_rdseed(struct source_handle *h, uint8_t *raw, size_t len)
{
	return fill(h, raw, len, cpu->seed_step, RDSEED_TRIES);
}

/* Refusals are rare. So this fills many words at once, up to the first refusal, repeats only the refused word, and goes
 * on. */
static int fill_rdrand(struct source_handle *h, uint8_t *raw, size_t len)
{
	uint64_t word = 0;
	int r = 0;

	while (len >= sizeof(word) && r == 0) {
		const size_t words = len / sizeof(word), n = cpu->rand_many(raw, words);

		raw += n * sizeof(word);
		len -= n * sizeof(word);
		if (n == words)
			break;
		h->retries++;
		r = slow_word(h, cpu->rand_step, RDRAND_TRIES - 1, &word);
		if (r == 0)
			memcpy(raw, &word, sizeof(word));
		raw += sizeof(word);
		len -= sizeof(word);
	}
	explicit_bzero(&word, sizeof(word));
	return r < 0 ? r : fill(h, raw, len, cpu->rand_step, RDRAND_TRIES);
}

static void close_cpu(struct source_handle *h)
{
	(void)h;
}

/* The answer is looked up once, because CPUID is slow in a virtual machine. */
enum { UNKNOWN, OFFERED, ABSENT };

static _Atomic int offers_rand;

static bool has_rand(void)
{
	if (offers_rand == UNKNOWN)
		offers_rand = cpu->cpu_has_rand() && cpu->kernel_has_rand() ? OFFERED : ABSENT;
	return offers_rand == OFFERED;
}

bool cpu_words(uint64_t *out, unsigned count)
{
	const size_t len = count * sizeof(*out);
	struct source_handle h = { 0 };

	if (has_rand() && fill(&h, (uint8_t *)out, len, cpu->rand_step, RDRAND_TRIES) == 0)
		return true;
	memset(out, 0, len);
	return false;
}

const struct source source_rdseed = {
	.name = "rdseed",
	.alias = "rndrrs",
	.what = "CPU seed instruction",
	.kind = SOURCE_CPU,
	.by_default = true,
	.may_state_emulated = true,
	.assessed_bits = 4,
	.per_bytes = 1,
	.test_mbit = SOURCE_TEST_MBIT,
	.open = open_rdseed,
	.fill = fill_rdseed,
	.close = close_cpu,
};

const struct source source_rdrand = {
	.name = "rdrand",
	.alias = "rndr",
	.what = "CPU random number generator",
	.kind = SOURCE_CPU,
	.by_default = RANDOM_BITS > 0,
	.may_state = RANDOM_BITS == 0,
	.may_state_emulated = true,
	.assessed_bits = RANDOM_BITS,
	.per_bytes = RANDOM_BYTES,
	.test_mbit = SOURCE_TEST_MBIT,
	.open = open_rdrand,
	.fill = fill_rdrand,
	.close = close_cpu,
};
