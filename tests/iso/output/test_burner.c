/* SPDX-License-Identifier: GPL-2.0-or-later */
/* QEMU cannot emulate a burner, so these tests use libburn's emulated drives, which are files. */
#include "tests/lib/unit.h"

#include "iso/output/burner.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/cdrom.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/stat.h>

/* --- choosing a method for a medium --- */

#define MIB ((uint64_t)1 << 20)

static const struct {
	struct burner_medium medium;
	bool force;
	enum burner_method way;
	const char *words;
} choices[] = {
	{ { .state = BURNER_EMPTY, .kind = "" }, true, BURNER_REFUSE,
		"sr0: no medium in the drive" },
	{ { .state = BURNER_UNUSABLE, .kind = "" }, true, BURNER_REFUSE,
		"sr0: the medium cannot be used in this drive" },
	{ { .state = BURNER_BLANK, .kind = "CD-R", .room = MIB }, false, BURNER_ONCE, "" },
	{ { .state = BURNER_BLANK, .kind = "CD-R", .room = MIB - 1 }, true, BURNER_REFUSE,
		"sr0: the medium (CD-R) is too small: 1048575 bytes; the image needs 1048576" },
	{ { .state = BURNER_FULL, .kind = "CD-R", .holds = "iso9660" }, true, BURNER_REFUSE,
		"sr0: the medium (CD-R) is not blank and cannot be erased" },
	{ { .state = BURNER_FULL, .kind = "CD-RW", .erasable = true }, false, BURNER_REFUSE,
		"sr0: the medium (CD-RW) holds data of an unknown kind; --force overwrites it" },
	{ { .state = BURNER_FULL, .kind = "CD-RW", .erasable = true, .holds = "iso9660" }, false,
		BURNER_REFUSE, "sr0: the medium (CD-RW) holds iso9660; --force overwrites it" },
	{ { .state = BURNER_FULL, .kind = "CD-RW", .erasable = true }, true, BURNER_ERASE, "" },
	{ { .state = BURNER_BLANK, .kind = "DVD+RW", .rewritable = true, .room = MIB }, false,
		BURNER_REWRITE, "" },
	{ { .state = BURNER_BLANK,
		  .kind = "DVD+RW",
		  .rewritable = true,
		  .room = MIB,
		  .holds = "data" },
		false, BURNER_REFUSE,
		"sr0: the medium (DVD+RW) holds data; --force overwrites it" },
	{ { .state = BURNER_BLANK,
		  .kind = "DVD+RW",
		  .rewritable = true,
		  .room = MIB,
		  .holds = "data" },
		true, BURNER_REWRITE, "" },
	{ { .state = BURNER_BLANK, .kind = "DVD+RW", .rewritable = true }, true, BURNER_REFUSE,
		"sr0: the medium (DVD+RW) is too small: 0 bytes; the image needs 1048576" },
};

static void test_choose(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(choices); i++) {
		struct fault f = { 0 };

		assert_int_equal(
			burner_choose(&choices[i].medium, "sr0", MIB, choices[i].force, &f),
			choices[i].way);
		assert_string_equal(f.text, choices[i].words);
	}
}

static const struct {
	int abilities, status;
	const char *words;
} checks[] = {
	{ CDC_CD_R, CDS_DISC_OK, "" },
	{ CDC_CD_RW | CDC_OPEN_TRAY, CDS_DRIVE_NOT_READY, "" },
	{ CDC_DVD_R, CDS_NO_INFO, "" },
	{ CDC_DVD_RAM, CDS_NO_DISC, "sr0: no medium in the drive" },
	{ CDC_CD_R, CDS_TRAY_OPEN, "sr0: the tray is open" },
	/* QEMU's emulated drive. */
	{ CDC_OPEN_TRAY | CDC_LOCK | CDC_DVD | CDC_MEDIA_CHANGED, CDS_DISC_OK,
		"sr0: the drive reads, but cannot write" },
	{ CDC_DVD, CDS_NO_DISC, "sr0: the drive reads, but cannot write" },
};

static void test_check(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(checks); i++) {
		struct fault f = { 0 };

		assert_int_equal(burner_check(checks[i].abilities, checks[i].status, "sr0", &f) < 0,
			checks[i].words[0] != '\0');
		assert_string_equal(f.text, checks[i].words);
	}
}

static void test_words(void **state)
{
	char out[32];

	(void)state;
	burner_message("Write error. Trying again", out, sizeof(out));
	assert_string_equal(out, "Write error");
	burner_message("SCSI error on write(16,16): [5 21 02]. ", out, sizeof(out));
	assert_string_equal(out, "SCSI error on write(16,16): [5 ");
	burner_message("one line\nand another", out, sizeof(out));
	assert_string_equal(out, "one line");
	burner_message("/dev/sr0.x: 1.5 MB.", out, sizeof(out));
	assert_string_equal(out, "/dev/sr0.x: 1.5 MB");
	burner_message("", out, sizeof(out));
	assert_string_equal(out, "");
}

/* --- emulated drives --- */

#define SECTORS  300
#define TOP      18 /* first sector of content; the one before it is the terminator */
#define SCRAMBLE 0x5c

static const char marker[] = "\x31\x2d\x38\x3f\x23\x36\x7c\x31\x3d\x2e\x37\x39\x2e\x7c\x28\x33";

/* Makes something like an image, with the marker in each sector of content. The program's own copy of the marker is
 * scrambled, so a search of the memory finds only copies of the image. */
static void make_image(struct draft *d)
{
	size_t i, k;

	assert_int_equal(draft_open(d, SECTORS * ISO_SECTOR), 0);
	memcpy(d->bytes + ISO_SYSTEM_AREA, "\1CD001\1", 7);
	memcpy(d->bytes + ISO_SYSTEM_AREA + ISO_SECTOR, "\377CD001\1", 7);
	for (i = TOP; i < SECTORS; i++) {
		memset(d->bytes + i * ISO_SECTOR, (int)i, ISO_SECTOR);
		for (k = 0; k < sizeof(marker) - 1; k++)
			d->bytes[i * ISO_SECTOR + 5 + k] = (uint8_t)(marker[k] ^ SCRAMBLE);
	}
}

static unsigned reports;

static void count_report(void *ctx, uint64_t done, uint64_t total)
{
	(void)ctx;
	(void)done;
	(void)total;
	reports++;
}

static void grab(struct burner *b, const char *name)
{
	char address[PATH_MAX];
	struct fault f = { 0 };

	*b = (struct burner){ .path = name };
	snprintf(address, sizeof(address), "stdio:%s/%s", temp_folder()->path, name);
	if (burner_acquire(b, address, &f) < 0)
		fail_msg("%s", f.text);
}

/* Creates a file of @zeros zero bytes followed by @text. */
static void make_file(const char *name, size_t zeros, const char *text)
{
	char *content = calloc(1, zeros + strlen(text) + 1);

	assert_non_null(content);
	strcpy(content + zeros, text);
	file_write(name, content, zeros + strlen(text));
	free(content);
}

static void assert_image(const char *name, const struct draft *image)
{
	size_t len;
	char *got = file_read(name, &len);

	assert_true(len >= image->len);
	assert_memory_equal(got, image->bytes, image->len);
	free(got);
}

static void write_image(struct burner *b, const struct draft *image)
{
	struct fault f = { 0 };

	if (burner_write(b, image, count_report, NULL, &f) < 0)
		fail_msg("%s", f.text);
}

static void test_rewrite(void **state)
{
	struct burner_medium medium;
	struct fault f = { 0 };
	struct draft image;
	struct burner b;

	(void)state;
	make_image(&image);
	make_file("disc", 4 << 20, "");
	grab(&b, "disc");
	assert_int_equal(burner_inspect(&b, &medium, &f), 0);
	assert_true(medium.rewritable && medium.state == BURNER_BLANK && !medium.holds);
	reports = 0;
	write_image(&b, &image);
	assert_true(reports > 0);
	burner_close(&b);
	assert_image("disc", &image);
	draft_clear(&image);
}

static void test_holds(void **state)
{
	struct fault f = { 0 };
	struct draft image;
	struct burner b;
	size_t len;
	char *got;

	(void)state;
	make_image(&image);
	/* The data are beyond the first piece that is examined, and libblkid does not recognize them. */
	make_file("disc", 300000, "somebody's data");
	grab(&b, "disc");
	assert_int_not_equal(burner_write(&b, &image, count_report, NULL, &f), 0);
	assert_string_equal(
		f.text, "disc: the medium (stdio file) holds data; --force overwrites it");
	got = file_read("disc", &len);
	assert_int_equal(len, 300000 + strlen("somebody's data"));
	assert_string_equal(got + 300000, "somebody's data");
	free(got);

	b.force = true;
	write_image(&b, &image);
	burner_close(&b);
	assert_image("disc", &image);
	draft_clear(&image);
}

static void test_blank(void **state)
{
	struct burner b;

	(void)state;
	make_file("disc", 200000, "");
	grab(&b, "disc");
	assert_true(burner_is_blank(&b, 2 * ISO_SECTOR));
	assert_true(burner_is_blank(&b, 90 * ISO_SECTOR));
	/* A sector that cannot be read is not blank. */
	assert_false(burner_is_blank(&b, SECTORS * ISO_SECTOR));
	make_file("disc", 2 * ISO_SECTOR - 1, "x");
	assert_false(burner_is_blank(&b, 2 * ISO_SECTOR));
	assert_true(burner_is_blank(&b, ISO_SECTOR));
	burner_close(&b);
}

/* Every byte that is read back is compared. */
static void test_compare(void **state)
{
	const size_t places[] = { 0, ISO_SYSTEM_AREA + 3, SECTORS * ISO_SECTOR - 1 };
	struct fault f = { 0 };
	struct draft image;
	struct burner b;
	size_t i;

	(void)state;
	make_image(&image);
	make_file("disc", 4 << 20, "");
	grab(&b, "disc");
	write_image(&b, &image);
	for (i = 0; i < COUNT(places); i++) {
		image.bytes[places[i]] ^= 1;
		assert_int_equal(burner_compare(&b, &image, count_report, NULL, &f), -EIO);
		assert_string_equal(
			f.text, "disc: the data read back differs from the data written");
		image.bytes[places[i]] ^= 1;
	}
	assert_int_equal(burner_compare(&b, &image, count_report, NULL, &f), 0);
	/* The medium ends before the image does. */
	assert_int_equal(truncate("disc", SECTORS * ISO_SECTOR - 4096), 0);
	assert_int_equal(burner_compare(&b, &image, count_report, NULL, &f), -EIO);
	burner_close(&b);
	draft_clear(&image);
}

/* Changes the last byte of the medium as soon as the image has been written. */
static void spoil(void *ctx, uint64_t done, uint64_t total)
{
	const int fd = open("disc", O_RDWR | O_CLOEXEC);
	uint8_t first = 0;

	(void)ctx;
	(void)done;
	assert_int_equal(pread(fd, &first, 1, ISO_SYSTEM_AREA), 1);
	if (first == 1)
		assert_int_equal(pwrite(fd, "x", 1, (off_t)total - 1), 1);
	close(fd);
}

static void test_spoilt(void **state)
{
	struct fault f = { 0 };
	struct draft image;
	struct burner b;
	size_t len;
	char *got;

	(void)state;
	make_image(&image);
	make_file("disc", 4 << 20, "");
	grab(&b, "disc");
	assert_int_equal(burner_write(&b, &image, spoil, NULL, &f), -EIO);
	assert_string_equal(f.text, "disc: the data read back differs from the data written");
	burner_close(&b);
	got = file_read("disc", &len);
	assert_true(content_is_zero((uint8_t *)got, 2 * ISO_SYSTEM_AREA));
	assert_int_equal(got[SECTORS * ISO_SECTOR - 1], 'x');
	free(got);
	draft_clear(&image);
}

/* --- a drive that is a FIFO, which is written sequentially --- */

static struct {
	int fd;
	size_t len;
	uint8_t bytes[2 * SECTORS * ISO_SECTOR];
} fifo;

static void drain(void *ctx, uint64_t done, uint64_t total)
{
	ssize_t n;

	(void)ctx;
	(void)done;
	(void)total;
	while ((n = read(fifo.fd, fifo.bytes + fifo.len, sizeof(fifo.bytes) - fifo.len)) > 0)
		fifo.len += (size_t)n;
}

static void open_fifo(void)
{
	(void)unlink("fifo");
	assert_int_equal(mkfifo("fifo", 0600), 0);
	fifo.fd = open("fifo", O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	assert_true(fifo.fd >= 0);
	fifo.len = 0;
}

static void test_once(void **state)
{
	struct fault f = { 0 };
	struct draft image;
	struct burner b;

	(void)state;
	make_image(&image);
	open_fifo();
	grab(&b, "fifo");
	assert_int_equal(burner_burn(&b, BURNER_ONCE, &image, drain, NULL, &f), 0);
	drain(NULL, 0, 0);
	burner_close(&b);
	close(fifo.fd);
	assert_true(fifo.len >= image.len);
	assert_memory_equal(fifo.bytes, image.bytes, image.len);
	assert_true(content_is_zero(fifo.bytes + image.len, fifo.len - image.len));
	draft_clear(&image);
}

static volatile sig_atomic_t heard;

static void hear(int signal_number)
{
	heard = signal_number;
}

/* Sends the signal as soon as the FIFO holds the head of the image and the first content. The FIFO is too small for the
 * rest, so the burner is still writing then. After the signal, each report drains the FIFO. */
static void interrupt(void *ctx, uint64_t done, uint64_t total)
{
	bool *sent = ctx;
	int held = 0;

	assert_int_equal(ioctl(fifo.fd, FIONREAD, &held), 0);
	if (*sent) {
		drain(NULL, done, total);
	} else if (held > TOP * ISO_SECTOR) {
		assert_int_equal(raise(SIGTERM), 0);
		*sent = true;
	}
}

/* The signal takes effect only when the drive has stopped; the part that was written by then is not an image. */
static void test_interrupted(void **state)
{
	const struct sigaction act = { .sa_handler = hear };
	const size_t end = (size_t)TOP * ISO_SECTOR;
	struct fault f = { 0 };
	struct draft image;
	struct burner b;
	bool sent = false;
	sigset_t set;

	(void)state;
	make_image(&image);
	open_fifo();
	grab(&b, "fifo");
	assert_int_equal(sigaction(SIGTERM, &act, NULL), 0);
	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	assert_int_equal(sigprocmask(SIG_BLOCK, &set, NULL), 0);
	assert_int_equal(burner_burn(&b, BURNER_REWRITE, &image, interrupt, &sent, &f), -EINTR);
	assert_string_equal(f.text, "fifo: interrupted");
	assert_int_equal(heard, 0);
	drain(NULL, 0, 0);
	burner_close(&b);
	close(fifo.fd);
	assert_in_range(fifo.len, end, image.len - 1);
	assert_true(content_is_zero(fifo.bytes + ISO_SYSTEM_AREA, end - ISO_SYSTEM_AREA));
	assert_int_equal(sigprocmask(SIG_UNBLOCK, &set, NULL), 0);
	assert_int_equal(heard, SIGTERM);
	draft_clear(&image);
}

/* --- copies left in memory --- */

#ifndef __SANITIZE_ADDRESS__

/* Counts the copies of the marker in this process's writable memory. */
static unsigned copies(void)
{
	FILE *maps = fopen("/proc/self/maps", "re");
	char line[PATH_MAX + 128], mode[5];
	const size_t len = sizeof(marker) - 1;
	const uint8_t *p, *end;
	void *low, *high;
	unsigned n = 0;
	size_t k;

	assert_non_null(maps);
	while (fgets(line, sizeof(line), maps)) {
		assert_int_equal(sscanf(line, "%p-%p %4s", &low, &high, mode), 3);
		if (mode[0] != 'r' || mode[1] != 'w')
			continue;
		for (p = low, end = (const uint8_t *)high - len; p < end; p++) {
			for (k = 0; k < len && (p[k] ^ SCRAMBLE) == (uint8_t)marker[k]; k++)
				;
			n += k == len;
		}
	}
	fclose(maps);
	return n;
}

static void test_nothing_left(void **state)
{
	struct draft image;
	struct burner b;

	(void)state;
	memset(fifo.bytes, 0, sizeof(fifo.bytes));
	make_image(&image);
	make_file("disc", 4 << 20, "");
	grab(&b, "disc");
	write_image(&b, &image);
	/* While the burner is open, the same search does find copies. */
	assert_true(copies() >= SECTORS - TOP);
	burner_close(&b);
	draft_clear(&image);
	assert_int_equal(copies(), 0);
}

#endif

static void test_not_a_drive(void **state)
{
	struct burner b = { .path = "there" };
	struct fault f = { 0 };

	(void)state;
	assert_true(burner_acquire(&b, "/dev/null", &f) < 0);
	assert_ptr_equal(
		strstr(f.text, "there: cannot get exclusive use of the drive: libburn: "), f.text);
	burner_close(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST("burner: a medium decides whether it is erased, written once, rewritten or refused",
			test_choose),
		TEST("burner: a drive that cannot write, or has nothing in it, is refused",
			test_check),
		TEST("burner: the first sentence of libburn's message is used", test_words),
		TEST("burner: a rewritable medium gets the image", test_rewrite),
		TEST("burner: a rewritable medium that holds data is not changed, except with --force",
			test_holds),
		TEST("burner: a medium is blank if all of it reads as zeros", test_blank),
		TEST("burner: every byte read back is compared", test_compare),
		TEST("burner: a rewritable medium that returns other bytes is left without an image",
			test_spoilt),
		TEST("burner: a medium that is written once gets the image, and zeros", test_once),
#ifndef __SANITIZE_ADDRESS__
		TEST("burner: no copy of the image is left in memory, not even in libburn's",
			test_nothing_left),
#endif
		TEST("burner: a drive that libburn cannot use is reported in one line",
			test_not_a_drive),
		/* This test must be the last one: after a cancelled write, libburn writes no more in the same
		 * process. */
		TEST("burner: a signal waits until the drive has stopped, and there is no drive on the medium",
			test_interrupted),
	};

	return cmocka_run_group_tests_name("burner", tests, temp_enter, temp_leave);
}
