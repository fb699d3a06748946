/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/lib/unit.h"

/* The source file is included a second time, under other names, so that the tests can replace its instructions. */
#define source_rdseed faked_rdseed
#define source_rdrand faked_rdrand
#define cpu_words     faked_words
#include "seed/source/cpu.c"
#undef source_rdseed
#undef source_rdrand
#undef cpu_words

#include "util/clock.h"

#include <errno.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/un.h>

extern const struct source source_rdseed, source_rdrand;

#define DEADLINE_MS 2000

/* --- a simulated CPU --- */

static struct {
	bool cpu_seed, cpu_rand, kernel_seed, kernel_rand;
	/* How many steps are refused before the next success; UINT_MAX: all of them. */
	unsigned steps, refusals;
	unsigned relaxed, left;
	uint64_t word;
} fake;

static bool fake_cpu_has_seed(void)
{
	return fake.cpu_seed;
}

static bool fake_cpu_has_rand(void)
{
	return fake.cpu_rand;
}

static bool fake_kernel_has_seed(void)
{
	return fake.kernel_seed;
}

static bool fake_kernel_has_rand(void)
{
	return fake.kernel_rand;
}

/* A step that is refused writes a word, too, which must not be used. */
static bool fake_step(uint64_t *word)
{
	fake.steps++;
	if (fake.left > 0) {
		fake.left -= fake.refusals != UINT_MAX;
		*word = 0xbad0bad0bad0bad0;
		return false;
	}
	fake.left = fake.refusals;
	*word = ++fake.word;
	return true;
}

static size_t fake_many(uint8_t *raw, size_t words)
{
	uint64_t word;
	size_t i;

	for (i = 0; i < words && fake_step(&word); i++)
		memcpy(raw + i * sizeof(word), &word, sizeof(word));
	return i;
}

static void fake_relax(void)
{
	fake.relaxed++;
}

static const struct cpu_ops fake_ops = { fake_cpu_has_seed, fake_cpu_has_rand, fake_kernel_has_seed,
	fake_kernel_has_rand, fake_step, fake_step, fake_many, fake_relax };

static void fake_init(unsigned refusals)
{
	memset(&fake, 0, sizeof(fake));
	fake.cpu_seed = fake.cpu_rand = fake.kernel_seed = fake.kernel_rand = true;
	fake.refusals = fake.left = refusals;
	cpu = &fake_ops;
	offers_rand = UNKNOWN;
}

static const struct source *const faked[] = { &faked_rdseed, &faked_rdrand };
static const unsigned tries_of[] = { RDSEED_TRIES, 10 };

static int open_alone(const struct source *src, struct source_handle *h)
{
	struct source_spec spec = { .src = src };

	return source_open(&spec, h, clock_ms() + DEADLINE_MS);
}

static void test_cpu_offered_by_both(void **state)
{
	struct source_handle h;
	unsigned i, both;

	(void)state;
	for (i = 0; i < COUNT(faked); i++) {
		for (both = 0; both < 4; both++) {
			fake_init(0);
			fake.cpu_seed = fake.cpu_rand = both & 1;
			fake.kernel_seed = fake.kernel_rand = both & 2;
			assert_int_equal(open_alone(faked[i], &h), both == 3 ? 0 : -ENODEV);
		}
		/* If one instruction is missing, the other one does not replace it. */
		fake_init(0);
		*(i == 0 ? &fake.cpu_seed : &fake.cpu_rand) = false;
		assert_int_equal(open_alone(faked[i], &h), -ENODEV);
		fake_init(0);
		*(i == 0 ? &fake.kernel_seed : &fake.kernel_rand) = false;
		assert_int_equal(open_alone(faked[i], &h), -ENODEV);
		fake_init(0);
		*(i == 0 ? &fake.kernel_rand : &fake.kernel_seed) = false;
		*(i == 0 ? &fake.cpu_rand : &fake.cpu_seed) = false;
		assert_int_equal(open_alone(faked[i], &h), 0);
	}
}

static bool yes(void)
{
	return true;
}

static bool no(void)
{
	return false;
}

/* On an emulated CPU, the user may state an assessment, because only the owner of the emulator knows where its bytes
 * come from. */
static void test_cpu_emulated(void **state)
{
	struct source_spec spec = { .src = faked[0] };
	struct source_handle h;
	unsigned i;

	(void)state;
	for (i = 0; i < COUNT(faked); i++) {
		fake_init(0);
		is_emulated = yes;
		assert_int_equal(open_alone(faked[i], &h), 0);
		assert_int_equal(h.assessed_bits, 0);
		assert_string_equal(h.remark, "the CPU may be emulated in software");
		spec = (struct source_spec){ .src = faked[i], .stated = true, .stated_mbit = 2000 };
		assert_int_equal(source_open(&spec, &h, 0), 0);
		assert_int_equal(h.assessed_bits, 2);
		assert_int_equal(h.test_mbit, 2000);
		is_emulated = no;
		assert_int_equal(open_alone(faked[i], &h), 0);
		assert_int_equal(h.assessed_bits, faked[i]->assessed_bits);
		assert_string_equal(h.remark, "");
	}
	is_emulated = machine_is_emulated;
}

static void test_cpu_words(void **state)
{
	struct source_handle h;
	uint64_t raw[65];
	unsigned i, j;

	(void)state;
	for (i = 0; i < COUNT(faked); i++) {
		fake_init(0);
		assert_int_equal(open_alone(faked[i], &h), 0);
		raw[64] = 0xa5a5;
		assert_int_equal(faked[i]->fill(&h, (uint8_t *)raw, 512), 0);
		for (j = 0; j < 64; j++)
			assert_int_equal(raw[j], j + 1);
		assert_int_equal(raw[64], 0xa5a5);
		assert_int_equal(fake.steps, 64);
		assert_int_equal(h.retries, 0);
		faked[i]->close(&h);
	}
}

/* Tests cpu_words(), which gives words without a source. */
static void test_cpu_words_alone(void **state)
{
	uint64_t word[4];
	unsigned i;

	(void)state;
	fake_init(9);
	assert_true(faked_words(word, 4));
	for (i = 0; i < 4; i++)
		assert_int_equal(word[i], i + 1);
	/* After one refusal too many, or without the instruction, nothing that a refused step left is in the result. */
	fake_init(10);
	memset(word, 0xa5, sizeof(word));
	assert_false(faked_words(word, 4));
	for (i = 0; i < 4; i++)
		assert_int_equal(word[i], 0);
	for (i = 0; i < 2; i++) {
		fake_init(0);
		*(i == 0 ? &fake.cpu_rand : &fake.kernel_rand) = false;
		word[0] = 1;
		assert_false(faked_words(word, 4));
		assert_int_equal(word[0], 0);
		assert_int_equal(fake.steps, 0);
	}
}

static void test_cpu_retries(void **state)
{
	struct source_handle h;
	uint64_t raw[4];
	unsigned i, j;

	(void)state;
	for (i = 0; i < COUNT(faked); i++) {
		const unsigned refusals = tries_of[i] - 1;

		fake_init(refusals);
		assert_int_equal(open_alone(faked[i], &h), 0);
		assert_int_equal(faked[i]->fill(&h, (uint8_t *)raw, sizeof(raw)), 0);
		for (j = 0; j < COUNT(raw); j++)
			assert_int_equal(raw[j], j + 1);
		assert_int_equal(h.retries, refusals * COUNT(raw));
		assert_int_equal(fake.steps, tries_of[i] * COUNT(raw));
		/* Further refusals are added to the count. */
		assert_int_equal(faked[i]->fill(&h, (uint8_t *)raw, 8), 0);
		assert_int_equal(h.retries, refusals * (COUNT(raw) + 1));
	}
}

static void assert_none_of(const uint8_t *raw, size_t len, uint8_t before)
{
	size_t i;

	for (i = 0; i < len; i++)
		assert_int_equal(raw[i], before);
}

static void test_cpu_never_succeeds(void **state)
{
	struct source_handle h;
	uint8_t raw[64];
	unsigned i;

	(void)state;
	for (i = 0; i < COUNT(faked); i++) {
		fake_init(UINT_MAX);
		assert_int_equal(open_alone(faked[i], &h), 0);
		memset(raw, 0x3c, sizeof(raw));
		assert_int_equal(faked[i]->fill(&h, raw, sizeof(raw)), -EIO);
		assert_int_equal(fake.steps, tries_of[i]);
		assert_int_equal(h.retries, tries_of[i]);
		assert_none_of(raw, sizeof(raw), 0x3c);
	}
}

static void test_cpu_dies(void **state)
{
	struct source_handle h;
	uint64_t raw[8];
	unsigned i;

	(void)state;
	for (i = 0; i < COUNT(faked); i++) {
		/* The first word comes; the second one is refused at all allowed tries. */
		fake_init(tries_of[i]);
		fake.left = 0;
		assert_int_equal(open_alone(faked[i], &h), 0);
		memset(raw, 0x3c, sizeof(raw));
		assert_int_equal(faked[i]->fill(&h, (uint8_t *)raw, sizeof(raw)), -EIO);
		assert_int_equal(raw[0], 1);
		assert_none_of((uint8_t *)(raw + 1), sizeof(raw) - 8, 0x3c);
	}
}

/* The real instructions, if this machine and its kernel have them. */
static void test_cpu_real(void **state)
{
	static const struct source *const real[] = { &source_rdseed, &source_rdrand };
	struct source_handle h;
	uint64_t raw[32];
	unsigned i, j;

	(void)state;
	for (i = 0; i < COUNT(real); i++) {
		int r = open_alone(real[i], &h);

		assert_true(r == 0 || r == -ENODEV);
		if (r < 0)
			continue;
		assert_int_equal(real[i]->fill(&h, (uint8_t *)raw, sizeof(raw)), 0);
		for (j = 1; j < COUNT(raw); j++)
			assert_true(raw[j] != raw[j - 1]);
		real[i]->close(&h);
	}
}

/* --- the kernel --- */

static void test_kernel(void **state)
{
	uint8_t a[5000] = { 0 }, b[5000] = { 0 };
	struct source_handle h;
	size_t i;

	(void)state;
	assert_int_equal(open_alone(&source_kernel, &h), 0);
	assert_int_equal(h.assessed_bits, 0);
	assert_int_equal(source_kernel.fill(&h, a, sizeof(a) - 8), 0);
	assert_int_equal(source_kernel.fill(&h, b, sizeof(b) - 8), 0);
	for (i = 0; i + 8 <= sizeof(a) - 8; i += 8)
		assert_memory_not_equal(a + i, b + i, 8);
	assert_none_of(a + sizeof(a) - 8, 8, 0);
	source_kernel.close(&h);
}

/* --- the file source --- */

static int open_path(const char *path, unsigned bits, struct source_handle *h)
{
	struct source_spec spec = {
		.src = &source_file, .stated = true, .stated_mbit = 1000 * bits
	};

	strcpy(spec.arg, path);
	return source_open(&spec, h, clock_ms() + DEADLINE_MS);
}

static void test_file_unreadable(void **state)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX, .sun_path = "socket" };
	struct source_handle h;
	int s = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	(void)state;
	assert_true(s >= 0);
	assert_int_equal(bind(s, (struct sockaddr *)&address, sizeof(address)), 0);
	assert_int_equal(open_path("absent", 8, &h), -ENOENT);
	assert_int_equal(open_path(".", 8, &h), -EISDIR);
	assert_int_equal(open_path("socket", 8, &h), -ENXIO);
	assert_int_equal(h.fd, -1);
	close(s);
}

static void test_file_regular(void **state)
{
	uint8_t raw[64];
	struct source_handle h;

	(void)state;
	file_write("samples", "0123456789abcdef", 16);
	assert_int_equal(open_path("samples", 8, &h), 0);
	assert_int_equal(h.assessed_bits, 0);
	memset(raw, 0x3c, sizeof(raw));
	assert_int_equal(source_file.fill(&h, raw, 10), 0);
	assert_memory_equal(raw, "0123456789", 10);
	assert_none_of(raw + 10, sizeof(raw) - 10, 0x3c);
	/* If the file has fewer bytes than asked for, the read fails. */
	assert_int_equal(source_file.fill(&h, raw, 7), -ENODATA);
	source_file.close(&h);
	assert_int_equal(h.fd, -1);
	source_file.close(&h);
	assert_int_equal(symlink("samples", "link"), 0);
	assert_int_equal(open_path("link", 8, &h), 0);
	assert_int_equal(h.assessed_bits, 0);
	source_file.close(&h);
}

static void test_file_device(void **state)
{
	static const char *const kernel[] = { "/dev/urandom", "/dev/random" };
	uint8_t raw[4096];
	struct source_handle h;
	unsigned bits, i;

	(void)state;
	for (bits = 0; bits <= 8; bits++) {
		assert_int_equal(open_path("/dev/zero", bits, &h), 0);
		assert_int_equal(h.assessed_bits, bits);
		assert_int_equal(h.per_bytes, 1);
		memset(raw, 0x3c, sizeof(raw));
		assert_int_equal(source_file.fill(&h, raw, sizeof(raw)), 0);
		assert_none_of(raw, sizeof(raw), 0);
		source_file.close(&h);
	}
	for (i = 0; i < COUNT(kernel); i++) {
		assert_int_equal(open_path(kernel[i], 8, &h), 0);
		assert_int_equal(h.assessed_bits, 0);
		source_file.close(&h);
	}
	assert_int_equal(open_path("/dev/null", 8, &h), 0);
	assert_int_equal(source_file.fill(&h, raw, 1), -ENODATA);
	source_file.close(&h);
}

static void assert_device(const char *path, const char *device)
{
	struct source_handle h;

	assert_int_equal(open_path(path, 1, &h), 0);
	assert_string_equal(h.device, device);
	source_file.close(&h);
}

static void test_file_identity(void **state)
{
	struct source_handle h;
	char device[SOURCE_DEVICE_MAX];

	(void)state;
	assert_device("/dev/zero", "dev 1:5");
	assert_device("/dev/urandom", "dev 1:9");
	assert_int_equal(mkfifo("one", 0600), 0);
	assert_int_equal(mkfifo("two", 0600), 0);
	assert_int_equal(link("one", "hard"), 0);
	assert_int_equal(symlink("one", "soft"), 0);
	assert_int_equal(open_path("one", 1, &h), 0);
	strcpy(device, h.device);
	source_file.close(&h);
	assert_memory_equal(device, "inode ", 6);
	assert_device("./one", device);
	assert_device("hard", device);
	assert_device("soft", device);
	assert_int_equal(open_path("two", 1, &h), 0);
	assert_string_not_equal(h.device, device);
	source_file.close(&h);
}

static void test_file_unstated(void **state)
{
	struct source_spec spec = { .src = &source_file, .arg = "/dev/zero" };
	struct source_handle h;

	(void)state;
	assert_int_equal(source_open(&spec, &h, clock_ms() + DEADLINE_MS), 0);
	assert_int_equal(h.assessed_bits, 0);
	source_file.close(&h);
}

/* The read must not end before the deadline; on a busy machine it may end much later. */
static void assert_deadline(int64_t began_ms)
{
	assert_in_range(clock_ms() - began_ms, DEADLINE_MS - 1, 30 * DEADLINE_MS);
}

/* Two reads at the same time, each in its own process: to one FIFO nobody writes, and the writer of the other one stops
 * halfway. */
static void test_fifo_deadline(void **state)
{
	struct source_handle h, half;
	uint8_t raw[64];
	int64_t began;
	int writer, r, status, i;
	pid_t pid;

	(void)state;
	assert_int_equal(mkfifo("silent", 0600), 0);
	assert_int_equal(mkfifo("half", 0600), 0);
	writer = open("half", O_RDWR | O_CLOEXEC);
	assert_int_equal(write(writer, raw, 10), 10);
	began = clock_ms();
	assert_int_equal(open_path("silent", 8, &h), 0);
	assert_int_equal(open_path("half", 8, &half), 0);
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0)
		_exit(source_file.fill(&half, raw, sizeof(raw)) == -ETIMEDOUT ? 42 : 1);
	r = source_file.fill(&h, raw, sizeof(raw));
	assert_int_equal(r, -ETIMEDOUT);
	assert_deadline(began);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_deadline(began);
	assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 42);
	/* The deadline is for all reads together, so later reads do not get the whole time again. */
	began = clock_ms();
	for (i = 0; i < 30; i++)
		assert_int_equal(source_file.fill(&h, raw, sizeof(raw)), -ETIMEDOUT);
	assert_in_range(clock_ms() - began, 0, 30 * DEADLINE_MS - 1);
	source_file.close(&h);
	source_file.close(&half);
	close(writer);
}

static void test_fifo_writer_gone(void **state)
{
	struct source_handle h;
	uint8_t raw[64], sent[40];
	uint64_t rng = 1;
	int writer;

	(void)state;
	random_fill(&rng, sent, sizeof(sent));
	assert_int_equal(mkfifo("gone", 0600), 0);
	assert_int_equal(open_path("gone", 4, &h), 0);
	assert_int_equal(h.assessed_bits, 4);
	writer = open("gone", O_WRONLY | O_CLOEXEC);
	assert_int_equal(write(writer, sent, sizeof(sent)), sizeof(sent));
	close(writer);
	/* The bytes that the writer has left in the FIFO can still be read, but no more. */
	assert_int_equal(source_file.fill(&h, raw, 16), 0);
	assert_memory_equal(raw, sent, 16);
	assert_int_equal(source_file.fill(&h, raw, 25), -ENODATA);
	source_file.close(&h);
}

/* A child writes a byte at a time. */
static void test_fifo_pieces(void **state)
{
	static uint8_t raw[3000], sent[3000];
	struct source_handle h;
	uint64_t rng = 2;
	size_t i;
	pid_t pid;
	int status;

	(void)state;
	random_fill(&rng, sent, sizeof(sent));
	assert_int_equal(mkfifo("pieces", 0600), 0);
	assert_int_equal(open_path("pieces", 1, &h), 0);
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		int writer = open("pieces", O_WRONLY | O_CLOEXEC);

		for (i = 0; i < sizeof(sent); i++)
			if (write(writer, sent + i, 1) != 1)
				_exit(1);
		_exit(0);
	}
	assert_int_equal(source_file.fill(&h, raw, sizeof(raw)), 0);
	assert_memory_equal(raw, sent, sizeof(raw));
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
	source_file.close(&h);
}

/* --- the table and --source --- */

static void test_table(void **state)
{
	const struct source *row, *other;
	size_t i, j, kernels = 0;

	(void)state;
	for (i = 0; (row = source_row(i)); i++) {
		assert_ptr_equal(source_find(row->name, strlen(row->name)), row);
		if (row->alias)
			assert_ptr_equal(source_find(row->alias, strlen(row->alias)), row);
		assert_true(row->per_bytes > 0);
		assert_true(row->assessed_bits <= 8 * row->per_bytes);
		assert_non_null(row->what);
		kernels += row->kind == SOURCE_KERNEL;
		for (j = 0; j < i; j++) {
			other = source_row(j);
			assert_string_not_equal(row->name, other->name);
			assert_true(!row->alias || !other->alias ||
				strcmp(row->alias, other->alias) != 0);
		}
	}
	assert_int_equal(kernels, 1);
	assert_ptr_equal(source_row(i - 1), &source_kernel);
	assert_null(source_find("", 0));
	assert_null(source_find("rdran", 5));
	assert_null(source_find("rdrandx", 7));
	assert_null(source_find("RDRAND", 6));
	assert_ptr_equal(source_find("rdrandx", 6), &source_rdrand);
	assert_ptr_equal(source_find("rndr", 4), &source_rdrand);
	assert_ptr_equal(source_find("rndrrs", 6), &source_rdseed);
}

static void test_rates(void **state)
{
	(void)state;
	/* These are the assessments in doc/accounting.md; on Arm, RNDR is assessed at 0 unless the user states more. */
	assert_int_equal(source_rdseed.assessed_bits, 4);
	assert_int_equal(source_rdseed.per_bytes, 1);
#if defined(__x86_64__)
	assert_int_equal(source_rdrand.assessed_bits, 128);
	assert_int_equal(source_rdrand.per_bytes, 16384);
#else
	assert_int_equal(source_rdrand.assessed_bits, 0);
#endif
	assert_int_equal(source_file.assessed_bits, 0);
	assert_int_equal(source_kernel.assessed_bits, 0);
}

static void test_default(void **state)
{
	struct source_list list;
	size_t i;

	(void)state;
	source_default(&list);
	assert_true(list.by_default);
	assert_true(list.count >= 2);
	for (i = 0; i < list.count - 1; i++) {
		assert_true(list.spec[i].src->by_default);
		assert_true(list.spec[i].src->arg != ARG_REQUIRED);
		assert_false(list.spec[i].stated);
	}
	assert_ptr_equal(list.spec[i].src, &source_kernel);
}

struct parsed {
	const char *text;
	const char *name[4], *arg[4];
	int bits[4]; /* -1: not stated */
};

static void test_parse_good(void **state)
{
	static const struct parsed row[] = {
		{ "rdrand", { "rdrand", "kernel" }, { "", "" }, { -1, -1 } },
		{ "kernel", { "kernel" }, { "" }, { -1 } },
		{ "kernel,rdrand", { "rdrand", "kernel" }, { "", "" }, { -1, -1 } },
		{ "kernel,kernel,rdseed,kernel", { "rdseed", "kernel" }, { "", "" }, { -1, -1 } },
		{ "rndrrs,rndr", { "rdseed", "rdrand", "kernel" }, { "", "", "" }, { -1, -1, -1 } },
		{ "file:/dev/ttyUSB0", { "file", "kernel" }, { "/dev/ttyUSB0", "" }, { -1, -1 } },
		{ "file:a,bits=4", { "file", "kernel" }, { "a", "" }, { 4, -1 } },
		{ "file:a,bits=0", { "file", "kernel" }, { "a", "" }, { 0, -1 } },
		{ "file:a,bits=8,file:b", { "file", "file", "kernel" }, { "a", "b", "" },
			{ 8, -1, -1 } },
		{ "rdrand,file:a,bits=1,rdseed", { "rdrand", "file", "rdseed", "kernel" },
			{ "", "a", "", "" }, { -1, 1, -1, -1 } },
		{ "file:a=b", { "file", "kernel" }, { "a=b", "" }, { -1, -1 } },
		{ "file:a:b", { "file", "kernel" }, { "a:b", "" }, { -1, -1 } },
		{ "file:bits=4", { "file", "kernel" }, { "bits=4", "" }, { -1, -1 } },
	};
	struct source_list list;
	struct fault f;
	size_t i, j;

	(void)state;
	for (i = 0; i < COUNT(row); i++) {
		assert_int_equal(source_parse(row[i].text, &list, &f), 0);
		assert_false(list.by_default);
		for (j = 0; j < COUNT(row[i].name) && row[i].name[j]; j++) {
			assert_true(j < list.count);
			assert_string_equal(list.spec[j].src->name, row[i].name[j]);
			assert_string_equal(list.spec[j].arg, row[i].arg[j]);
			assert_int_equal(list.spec[j].stated, row[i].bits[j] >= 0);
			if (list.spec[j].stated)
				assert_int_equal(list.spec[j].stated_mbit, 1000 * row[i].bits[j]);
		}
		assert_int_equal(list.count, j);
	}
}

static int open_nothing(const struct source_spec *spec, struct source_handle *h)
{
	(void)spec;
	(void)h;
	return 0;
}

static const struct source stated_source = { .open = open_nothing, .test_mbit = 3000 };

static void test_parse_bad(void **state)
{
	static const struct {
		const char *text, *word; /* words in the message */
	} row[] = {
		{ "", "unknown source" },
		{ ",", "unknown source" },
		{ "rdrand,", "unknown source" },
		{ ",rdrand", "unknown source" },
		{ "rdrand,,rdseed", "unknown source" },
		{ "rdrandom", "rdrandom: unknown source" },
		{ "RDRAND", "RDRAND: unknown source" },
		{ " rdrand", " rdrand: unknown source" },
		{ "rdrand rdseed", "rdrand rdseed: unknown source" },
		{ "file", "file: a path is missing" },
		{ "file:", "file: a path is missing" },
		{ "rdrand:x", "rdrand: takes no argument" },
		{ "kernel:x", "kernel: takes no argument" },
		{ "bits=4", "bits=4" },
		{ "bits=4,file:a", "bits=4" },
		{ "file:a,bits=9", "bits=9" },
		{ "deadline=5s,file:a", "deadline=5s" },
		{ "file:a,deadline=0s", "deadline=0s" },
		{ "file:a,deadline=", "deadline=" },
		{ "file:a,deadline=ms", "deadline=ms" },
		{ "file:a,deadline=5y", "deadline=5y" },
		{ "file:a,deadline=61m", "deadline=61m" },
		{ "file:a,deadline=1d", "deadline=1d: must be a time from 1ms to 1h" },
		{ "file:a,deadline=-5s", "deadline=-5s" },
		{ "file:a,deadline=3601s", "deadline=3601s" },
		{ "file:a,deadline=99999999999999999999ms", "deadline=" },
		{ "file:a,bits=", "bits=" },
		{ "file:a,bits=44", "bits=44" },
		{ "file:a,bits=.5", "bits=.5" },
		{ "file:a,bits=5.", "bits=5." },
		{ "file:a,bits=0.249", "bits=0.249" },
		{ "file:a,bits=0.001", "bits=0.001" },
		{ "file:a,bits=8.001", "bits=8.001" },
		{ "file:a,bits=1.0000", "bits=1.0000" },
		{ "file:a,bits=1.2.3", "bits=1.2.3" },
		{ "file:a,bits=1e0", "bits=1e0" },
		{ "file:a,bits=04", "bits=04" },
		{ "file:a,bits=-1", "bits=-1" },
		{ "file:a,bits=x", "bits=x" },
		{ "file:a,bit=4", "bit=4" },
		{ "file:a,Bits=4", "Bits=4" },
		{ "file:a,=4", "=4" },
		{ "rdrand,bits=8", "rdrand" },
		{ "rdseed,bits=0", "rdseed" },
		{ "kernel,bits=8", "kernel" },
		{ "kernel,deadline=5s", "kernel" },
		/* A setting after `kernel` does not belong to the file before it. */
		{ "file:a,kernel,bits=8", "kernel" },
	};
	struct source_list list, before;
	struct fault f;
	size_t i;

	(void)state;
	memset(&list, 0xa5, sizeof(list));
	before = list;
	for (i = 0; i < COUNT(row); i++) {
		memset(f.text, 0, sizeof(f.text));
		if (source_parse(row[i].text, &list, &f) != -EINVAL)
			fail_msg("taken: %s", row[i].text);
		if (!strstr(f.text, row[i].word) || strstr(f.text, "--source"))
			fail_msg("%s: does not name %s", f.text, row[i].word);
		assert_int_equal(source_parse(row[i].text, &list, NULL), -EINVAL);
		assert_memory_equal(&list, &before, sizeof(list));
	}
}

/* The fraction must be in lowest terms; otherwise more bytes would be read than needed. */
static void test_parse_decimals(void **state)
{
	static const struct {
		const char *bits;
		unsigned mbit, assessed, per;
	} row[] = {
		{ "0", 0, 0, 1 },
		{ "0.0", 0, 0, 1 },
		{ "0.000", 0, 0, 1 },
		{ "0.25", 250, 1, 4 },
		{ "0.250", 250, 1, 4 },
		{ "0.251", 251, 251, 1000 },
		{ "1", 1000, 1, 1 },
		{ "2.5", 2500, 5, 2 },
		{ "3.333", 3333, 3333, 1000 },
		{ "7.999", 7999, 7999, 1000 },
		{ "8", 8000, 8, 1 },
		{ "8.000", 8000, 8, 1 },
	};
	struct source_list list;
	struct source_handle h;
	char text[64];
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(row); i++) {
		snprintf(text, sizeof(text), "file:fifo,bits=%s", row[i].bits);
		assert_int_equal(source_parse(text, &list, NULL), 0);
		assert_true(list.spec[0].stated);
		assert_int_equal(list.spec[0].stated_mbit, row[i].mbit);
		assert_int_equal(source_test_mbit(list.spec), row[i].mbit);
		list.spec[0].src = &stated_source;
		assert_int_equal(source_open(list.spec, &h, 0), 0);
		assert_int_equal(h.assessed_bits, row[i].assessed);
		assert_int_equal(h.per_bytes, row[i].per);
		assert_int_equal(h.test_mbit, row[i].mbit);
	}
	list.spec[0].stated = false;
	assert_int_equal(source_test_mbit(list.spec), 3000);
}

/* Parses "NAME:AAA...", whose path has @len bytes. */
static int parse_path_of(const char *name, size_t len, struct fault *f)
{
	char text[SOURCE_ARG_MAX + 16];
	struct source_list list;
	const size_t at = (size_t)snprintf(text, sizeof(text), "%s", name);

	memset(text + at, 'a', len);
	text[at] = '/';
	text[at + len] = '\0';
	return source_parse(text, &list, f);
}

static void test_parse_sockets(void **state)
{
	static const char *const name[] = { "broker:", "egd:unix:", "tpm:unix:" };
	struct fault f;
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(name); i++) {
		assert_int_equal(parse_path_of(name[i], 107, &f), 0);
		assert_int_equal(parse_path_of(name[i], 108, &f), -EINVAL);
		assert_non_null(strstr(f.text, ": the path of a socket has at most 107 bytes"));
	}
}

static void test_parse_deadline(void **state)
{
	struct source_list list;

	(void)state;
	assert_int_equal(
		source_parse("file:a,deadline=500ms,bits=4,file:b,file:c,bits=1,deadline=3600s",
			&list, NULL),
		0);
	assert_int_equal(list.spec[0].deadline_ms, 500);
	assert_int_equal(list.spec[0].stated_mbit, 4000);
	assert_int_equal(list.spec[1].deadline_ms, 0);
	assert_int_equal(list.spec[2].deadline_ms, 3600000);
}

static void test_parse_limits(void **state)
{
	char text[1024] = "rdrand";
	struct source_list list;
	size_t i, len;

	(void)state;
	for (i = 1; i < SOURCES_MAX - 1; i++)
		strcat(text, ",rdrand");
	assert_int_equal(source_parse(text, &list, NULL), 0);
	assert_int_equal(list.count, SOURCES_MAX);
	strcat(text, ",rdrand");
	assert_int_equal(source_parse(text, &list, NULL), -EINVAL);
	for (len = 250; len < 260; len++) {
		strcpy(text, "file:");
		memset(text + 5, 'x', len);
		text[5 + len] = '\0';
		assert_int_equal(source_parse(text, &list, NULL),
			len < sizeof(list.spec[0].arg) ? 0 : -EINVAL);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST("source: a CPU instruction is present only if both CPUID and the kernel offer it",
			test_cpu_offered_by_both),
		TEST("source: an emulated CPU's instruction is worth 0, unless an assessment is stated",
			test_cpu_emulated),
		TEST("source: the CPU's words are delivered unchanged, as many as requested",
			test_cpu_words),
		TEST("cpu: words without a source are as many as requested, or zeros",
			test_cpu_words_alone),
		TEST("source: after a refusal the instruction is tried again, up to the last try, and this is counted",
			test_cpu_retries),
		TEST("source: an instruction that never succeeds gives EIO after its tries, and no byte is "
		     "delivered",
			test_cpu_never_succeeds),
		TEST("source: an instruction that fails for good delivers nothing after its last success",
			test_cpu_dies),
		TEST("source: this machine's own instructions deliver, or are absent",
			test_cpu_real),
		TEST("source: the kernel delivers all that is requested, and each time other bytes",
			test_kernel),
		TEST("source: file: a missing path, a folder or a socket cannot be opened",
			test_file_unreadable),
		TEST("source: file: a regular file is never assessed, even if an assessment is stated",
			test_file_regular),
		TEST("source: file: a device counts as stated, but the kernel's own devices never count",
			test_file_device),
		TEST("source: file: a device or FIFO is the same under each of its names",
			test_file_identity),
		TEST("source: file: a device without a stated assessment counts for nothing",
			test_file_unstated),
		TEST("source: file: a FIFO that delivers nothing, or stops half way, is given up at the deadline",
			test_fifo_deadline),
		TEST("source: file: a FIFO without a writer ends after the bytes that were written",
			test_fifo_writer_gone),
		TEST("source: file: bytes that come in pieces are all delivered", test_fifo_pieces),
		TEST("source: each row of the table has a different name, and the kernel is the last",
			test_table),
		TEST("source: each is assessed as documented", test_rates),
		TEST("source: the default list has all sources that are assessed without an argument, and the kernel",
			test_default),
		TEST("source: names, arguments and settings are parsed, and the kernel is put last",
			test_parse_good),
		TEST("source: an invalid word is named and refused, and there is no result",
			test_parse_bad),
		TEST("source: bits= accepts 0 and 0.25 to 8 with at most three decimals",
			test_parse_decimals),
		TEST("source: a path that no socket can have is refused, for each source",
			test_parse_sockets),
		TEST("source: a deadline belongs to the source before it", test_parse_deadline),
		TEST("source: too many sources or too long a path are refused", test_parse_limits),
	};

	return cmocka_run_group_tests_name("source", tests, temp_enter, temp_leave);
}
