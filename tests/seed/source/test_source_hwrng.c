/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/lib/unit.h"

/* The source file is included a second time, so that the tests can replace its view of the machine, and use a FIFO in
 * place of /dev/hwrng. */
static int device_fstat(int fd, struct stat *st);

#define source_hwrng faked_hwrng
#define fstat        device_fstat
#include "seed/source/hwrng.c"
#undef fstat
#undef source_hwrng

#include "util/clock.h"

#include <errno.h>

#define SOON_MS  150
#define LATER_MS 20000 /* ms; reached only if the test fails */

static bool disguised;

static int device_fstat(int fd, struct stat *st)
{
	int r = fstat(fd, st);

	if (r == 0 && disguised && S_ISFIFO(st->st_mode)) {
		st->st_mode = S_IFCHR | 0600;
		st->st_rdev = makedev(10, 183);
	}
	return r;
}

static bool yes(void)
{
	return true;
}

static bool no(void)
{
	return false;
}

static int open_path(const char *path, int ms, struct source_handle *h)
{
	struct source_spec spec = { .src = &faked_hwrng };

	strcpy(spec.arg, path);
	return source_open(&spec, h, clock_ms() + ms);
}

static void say(const char *name, const char *text)
{
	char path[64];

	snprintf(path, sizeof(path), "kernel/%s", name);
	if (text)
		file_write(path, text, strlen(text));
	else
		unlink(path);
}

static void assert_worth(
	const char *current, const char *quality, unsigned bits, unsigned per, const char *device)
{
	struct source_handle h;

	say("rng_current", current);
	say("rng_quality", quality);
	assert_int_equal(open_path("fifo", LATER_MS, &h), 0);
	if (h.assessed_bits != bits || h.per_bytes != per)
		fail_msg("%s %s: %u per %u", current, quality, h.assessed_bits, h.per_bytes);
	assert_string_equal(h.device, device);
	faked_hwrng.close(&h);
}

static void test_quality(void **state)
{
	static const struct {
		const char *quality;
		unsigned bits, per;
	} row[] = {
		{ "0\n", 0, 1 },
		/* A quality of less than a quarter of a bit a byte is assessed at 0, because the health tests have no
		 * cutoffs for it. */
		{ "1\n", 0, 1 },
		{ "31\n", 0, 1 },
		{ "32\n", 32, 128 },
		{ "100\n", 100, 128 },
		{ "511\n", 511, 128 },
		{ "512\n", 4, 1 },
		{ "700\n", 4, 1 },
		{ "1024\n", 4, 1 },
		{ "1024", 4, 1 },
		/* Any text but a number from 0 to 1024 counts as if the kernel had stated no quality. */
		{ "1025\n", 0, 1 },
		{ "-1\n", 0, 1 },
		{ "99999999999999999999\n", 0, 1 },
		{ "0x200\n", 0, 1 },
		{ "512 \n", 0, 1 },
		{ " 512\n", 0, 1 },
		{ "\n", 0, 1 },
		{ "", 0, 1 },
		{ NULL, 0, 1 },
	};
	size_t i;

	(void)state;
	is_virtual = no;
	for (i = 0; i < COUNT(row); i++)
		assert_worth("ccp-1-rng\n", row[i].quality, row[i].bits, row[i].per,
			"dev 10:183 ccp-1-rng");
	is_virtual = yes;
	assert_worth("ccp-1-rng\n", "1024\n", 4, 1, "dev 10:183 ccp-1-rng");
	assert_worth(NULL, "1024\n", 0, 1, "dev 10:183");
}

static void test_made_up(void **state)
{
	(void)state;
	is_virtual = no;
	assert_worth("virtio_rng.0\n", "1024\n", 0, 1, "dev 10:183 virtio_rng.0");
	assert_worth("nsm-hwrng\n", "1000\n", 0, 1, "dev 10:183 nsm-hwrng");
	assert_worth("pseries-rng\n", "1024\n", 0, 1, "dev 10:183 pseries-rng");
	assert_worth("tpm-rng-0\n", "1024\n", 4, 1, "tpm 0");
	assert_worth("tpm-rng-12\n", "100\n", 100, 128, "tpm 12");
	assert_worth("smccc_trng\n", "1024\n", 4, 1, "dev 10:183 smccc_trng");
	assert_worth("tpm-rng-x\n", "1024\n", 4, 1, "dev 10:183 tpm-rng-x");
	/* A TPM that a program has made, and one with a parent. */
	tpms = "class";
	assert_int_equal(mkdir("class", 0700), 0);
	assert_int_equal(symlink("../../devices/virtual/tpm/tpm3", "class/tpm3"), 0);
	assert_int_equal(symlink("../../devices/platform/MSFT0101:00/tpm/tpm0", "class/tpm0"), 0);
	assert_worth("tpm-rng-3\n", "1024\n", 0, 1, "tpm 3");
	assert_worth("tpm-rng-0\n", "1024\n", 4, 1, "tpm 0");
	is_virtual = yes;
	assert_worth("virtio_rng.11\n", "1024\n", 0, 1, "dev 10:183 virtio_rng.11");
	assert_worth("tpm-rng-0\n", "1024\n", 0, 1, "tpm 0");
	assert_worth("smccc_trng\n", "1024\n", 0, 1, "dev 10:183 smccc_trng");
}

/* If the kernel switches to another generator while bytes are read, it is unknown how they are to be assessed. */
static void test_changed(void **state)
{
	static const struct {
		const char *current, *quality;
		int err;
	} row[] = {
		{ "ccp-1-rng\n", "1024\n", 0 },
		{ "virtio_rng.0\n", "1024\n", -ESTALE },
		{ "ccp-1-rng\n", "100\n", -ESTALE },
		{ NULL, "1024\n", -ESTALE },
	};
	struct source_handle h;
	uint8_t raw[8];
	size_t i;
	int feed;

	(void)state;
	is_virtual = no;
	for (i = 0; i < COUNT(row); i++) {
		say("rng_current", "ccp-1-rng\n");
		say("rng_quality", "1024\n");
		feed = open("fifo", O_RDWR | O_CLOEXEC);
		assert_int_equal(write(feed, "0123456789abcdef", 16), 16);
		assert_int_equal(open_path("fifo", LATER_MS, &h), 0);
		assert_int_equal(faked_hwrng.fill(&h, raw, sizeof(raw)), 0);
		say("rng_current", row[i].current);
		say("rng_quality", row[i].quality);
		assert_int_equal(faked_hwrng.fill(&h, raw, sizeof(raw)), row[i].err);
		faked_hwrng.close(&h);
		close(feed);
	}
	assert_string_equal(
		faked_hwrng.why(-ESTALE), "the kernel has switched to another generator");
}

static void test_other_device(void **state)
{
	struct source_handle h;
	uint8_t raw[8];

	(void)state;
	is_virtual = no;
	say("rng_current", "ccp-1-rng\n");
	say("rng_quality", "1024\n");
	disguised = false;
	assert_int_equal(open_path("fifo", LATER_MS, &h), 0);
	assert_int_equal(h.assessed_bits, 0);
	assert_memory_equal(h.device, "inode ", 6);
	faked_hwrng.close(&h);
	assert_int_equal(open_path("/dev/zero", LATER_MS, &h), 0);
	assert_int_equal(h.assessed_bits, 0);
	assert_string_equal(h.device, "dev 1:5");
	assert_int_equal(faked_hwrng.fill(&h, raw, sizeof(raw)), 0);
	faked_hwrng.close(&h);
	disguised = true;
}

static void test_none(void **state)
{
	struct source_handle h;

	(void)state;
	file_write("regular", "x", 1);
	assert_int_equal(open_path("regular", LATER_MS, &h), -ENOTTY);
	assert_int_equal(h.fd, -1);
	assert_string_equal(faked_hwrng.why(-ENOTTY), "not a character device");
	assert_int_equal(open_path("kernel", LATER_MS, &h), -EISDIR);
	assert_int_equal(open_path("absent", LATER_MS, &h), -ENOENT);
	if (access("/dev/hwrng", F_OK) < 0)
		assert_int_equal(open_path("", LATER_MS, &h), -ENODEV);
}

/* Reads of few bytes, the end of the stream, and a device that delivers nothing. */
static void test_fill(void **state)
{
	struct source_handle h;
	uint8_t raw[300], sent[300];
	uint64_t rng = 3;
	int64_t began;
	int writer, i, status;
	pid_t pid;

	(void)state;
	random_fill(&rng, sent, sizeof(sent));
	assert_int_equal(open_path("fifo", LATER_MS, &h), 0);
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		writer = open("fifo", O_WRONLY | O_CLOEXEC);
		for (i = 0; i < 300; i += 3)
			if (write(writer, sent + i, 3) != 3)
				_exit(1);
		_exit(0);
	}
	assert_int_equal(faked_hwrng.fill(&h, raw, sizeof(raw)), 0);
	assert_memory_equal(raw, sent, sizeof(raw));
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
	assert_int_equal(faked_hwrng.fill(&h, raw, 1), -ENODATA);
	faked_hwrng.close(&h);
	writer = open("fifo", O_RDWR | O_CLOEXEC);
	began = clock_ms();
	assert_int_equal(open_path("fifo", SOON_MS, &h), 0);
	assert_int_equal(write(writer, sent, 10), 10);
	assert_int_equal(faked_hwrng.fill(&h, raw, 11), -ETIMEDOUT);
	assert_in_range(clock_ms() - began, SOON_MS - 1, LATER_MS - 1);
	faked_hwrng.close(&h);
	assert_int_equal(h.fd, -1);
	close(writer);
}

static int enter(void **state)
{
	if (temp_enter(state) < 0 || mkdir("kernel", 0700) < 0 || mkfifo("fifo", 0600) < 0)
		return -1;
	sysfs = "kernel";
	disguised = true;
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST("source: hwrng: it is worth the quality that the kernel states, at most 4 bits a byte",
			test_quality),
		TEST("source: hwrng: each generator is a device; a hypervisor's is worth nothing, a TPM's is that TPM",
			test_made_up),
		TEST("source: hwrng: after the bytes, the generator behind it is checked again",
			test_changed),
		TEST("source: hwrng: another device under its name is worth nothing",
			test_other_device),
		TEST("source: hwrng: a folder, a file and a missing path are distinguished",
			test_none),
		TEST("source: hwrng: bytes in pieces are all delivered; an end or silence fails it",
			test_fill),
	};

	return cmocka_run_group_tests_name("source-hwrng", tests, enter, temp_leave);
}
