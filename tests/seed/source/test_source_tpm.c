/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/lib/peer.h"
#include "tests/lib/source_text.h"

/* The source file is included a second time, so that the tests can replace its view of the machine. */
#define source_tpm faked_tpm
#include "seed/source/tpm.c"
#undef source_tpm

#include <termios.h>

#define SOON_MS  150
#define LATER_MS 20000 /* ms; reached only if the test fails */

static bool yes(void)
{
	return true;
}

static bool no(void)
{
	return false;
}

static int open_arg(const char *arg, int bits, int ms, struct source_handle *h)
{
	struct source_spec spec = {
		.src = &faked_tpm, .stated = bits >= 0, .stated_mbit = 1000 * (unsigned)bits
	};

	strcpy(spec.arg, arg);
	return source_open(&spec, h, clock_ms() + ms);
}

/* --- arguments --- */

static void test_check(void **state)
{
	static const struct source_text row[] = {
		{ "tpm", NULL },
		{ "tpm:/dev/tpm0,bits=4", NULL },
		{ "tpm:swtpm", NULL },
		{ "tpm:swtpm:host=127.0.0.1,port=2321,bits=4", NULL },
		{ "tpm:swtpm:port=1", NULL },
		{ "tpm:swtpm,port=65535", NULL },
		{ "tpm:swtpm:host=::1", NULL },
		{ "tpm:swtpms", NULL }, /* this is a path */
		{ "tpm:unix:/run/swtpm", NULL },
		{ "tpm:unix:", "a path is missing" },
		{ "tpm,port=2321", "are settings of swtpm only" },
		{ "tpm:/dev/tpm0,host=a", "are settings of swtpm only" },
		{ "tpm:unix:a,host=a", "are settings of swtpm only" },
		{ "tpm:swtpm:port=0", "must be 1 to 65535" },
		{ "tpm:swtpm:port=65536", "must be 1 to 65535" },
		{ "tpm:swtpm:port=", "must be 1 to 65535" },
		{ "tpm:swtpm:host=a,port=x", "must be 1 to 65535" },
		{ "tpm:swtpm:host=", "must be swtpm:host=HOST,port=PORT" },
		{ "tpm:swtpm:2321", "must be swtpm:host=HOST,port=PORT" },
		{ "tpm:swtpm:", "must be swtpm:host=HOST,port=PORT" },
	};

	(void)state;
	check_source_texts(row, COUNT(row));
	check_socket_path_length("tpm:unix:");
}

static void test_where(void **state)
{
	struct where w;

	(void)state;
	assert_int_equal(parse("", &w, NULL), 0);
	assert_string_equal(w.path, "/dev/tpmrm0");
	assert_int_equal(parse("swtpm", &w, NULL), 0);
	assert_string_equal(w.path, "127.0.0.1");
	assert_string_equal(w.port, "2321");
	assert_int_equal(parse("swtpm:host=h.example,port=1", &w, NULL), 0);
	assert_int_equal(w.kind, AT_TCP);
	assert_string_equal(w.path, "h.example");
	assert_string_equal(w.port, "1");
	assert_int_equal(parse("unix:a:b", &w, NULL), 0);
	assert_int_equal(w.kind, AT_UNIX);
	assert_string_equal(w.path, "a:b");
}

/* --- answers --- */

static struct reply granted(size_t size, uint8_t first)
{
	struct reply r = { .len = 12 + size, .bytes = { 0x80, 0x01 } };
	size_t i;

	r.bytes[5] = (uint8_t)r.len;
	r.bytes[11] = (uint8_t)size;
	for (i = 0; i < size; i++)
		r.bytes[12 + i] = (uint8_t)(first + i);
	return r;
}

static struct reply refused(unsigned rc)
{
	struct reply r = { .len = 10, .bytes = { 0x80, 0x01, 0, 0, 0, 10 } };

	r.bytes[8] = (uint8_t)(rc >> 8);
	r.bytes[9] = (uint8_t)rc;
	return r;
}

static void assert_none_of(const uint8_t *raw, size_t len)
{
	size_t i;

	for (i = 0; i < len; i++)
		assert_int_equal(raw[i], 0x3c);
}

/* Returns the result of a read of 100 bytes from a TPM that gives these responses; the bytes are in @raw. */
static int fill_from(const struct reply *reply, size_t replies, bool hangs_up, int ms,
	uint8_t raw[100], struct source_handle *h)
{
	const struct peer peer = { .reply = reply,
		.replies = replies,
		.hangs_up = hangs_up,
		.request_len = TPM_COMMAND_SIZE };
	int listener = listen_unix("tpm"), r;
	pid_t pid = peer_start(&peer, listener);

	memset(raw, 0x3c, 100);
	assert_int_equal(open_arg("unix:tpm", 4, ms, h), 0);
	assert_int_equal(h->assessed_bits, 4);
	r = faked_tpm.fill(h, raw, 100);
	faked_tpm.close(h);
	assert_int_equal(h->fd, -1);
	peer_stop(pid);
	close(listener);
	return r;
}

static void test_pieces(void **state)
{
	const struct reply reply[] = { granted(32, 0), granted(20, 32), granted(1, 52),
		granted(47, 53) };
	struct source_handle h;
	uint8_t raw[100];
	size_t i;

	(void)state;
	assert_int_equal(fill_from(reply, COUNT(reply), false, LATER_MS, raw, &h), 0);
	for (i = 0; i < sizeof(raw); i++)
		assert_int_equal(raw[i], i);
	assert_int_equal(h.retries, 0);
}

static void test_busy(void **state)
{
	const struct reply reply[] = { refused(0x922), refused(0x90a), refused(0x908),
		granted(64, 0), refused(0x922), granted(36, 64) };
	struct source_handle h;
	uint8_t raw[100];

	(void)state;
	assert_int_equal(fill_from(reply, COUNT(reply), false, LATER_MS, raw, &h), 0);
	assert_int_equal(raw[99], 99);
	assert_int_equal(h.retries, 4);
}

static void test_busy_for_ever(void **state)
{
	static struct reply reply[1000];
	struct source_handle h;
	uint8_t raw[100];
	int64_t began = clock_ms();
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(reply); i++)
		reply[i] = refused(0x922);
	assert_int_equal(fill_from(reply, COUNT(reply), false, SOON_MS, raw, &h), -ETIMEDOUT);
	assert_in_range(clock_ms() - began, SOON_MS - 1, LATER_MS - 1);
	assert_none_of(raw, sizeof(raw));
	/* The source asked the busy TPM again after growing pauses, not without a pause. */
	assert_in_range(h.retries, 1, SOON_MS);
}

/* Tests each fault in the first response, and in the response after a good one. */
static void test_faults(void **state)
{
	struct reply lies = granted(64, 0), tag = granted(64, 0), surplus = granted(36, 0);
	struct reply twelve = { .len = 10, .bytes = { 0, 0xc4, 0, 0, 0, 10, 0, 0, 0, 0x1e } };
	struct source_handle h;
	uint8_t raw[100];
	size_t i;

	(void)state;
	lies.bytes[11] = 8; /* although it has 64 bytes */
	tag.bytes[1] = 2;
	surplus.len++;
	{
		const struct {
			struct reply reply;
			int err;
		} row[] = { { refused(0x100), -EHOSTDOWN }, { refused(0x101), -EREMOTEIO },
			{ refused(0x921), -EKEYREJECTED }, { refused(0x98e), -EIO },
			{ granted(0, 0), -ENODATA }, { granted(65, 0), -EPROTO }, { lies, -EPROTO },
			{ tag, -EPROTO }, { twelve, -EPROTONOSUPPORT }, { surplus, -EPROTO } };

		for (i = 0; i < COUNT(row); i++) {
			const struct reply late[] = { granted(64, 0), row[i].reply };

			assert_int_equal(
				fill_from(&row[i].reply, 1, false, LATER_MS, raw, &h), row[i].err);
			assert_none_of(raw, i == COUNT(row) - 1 ? 0 : sizeof(raw));
			assert_int_equal(fill_from(late, 2, false, LATER_MS, raw, &h), row[i].err);
			assert_none_of(raw + 64, i == COUNT(row) - 1 ? 0 : 36);
		}
	}
}

/* The response is shorter than it states. After it, one TPM sends nothing, and another one closes the connection. */
static void test_short(void **state)
{
	struct source_handle h;
	struct reply reply = granted(64, 0);
	uint8_t raw[100];
	size_t len;

	(void)state;
	for (len = 1; len < 76; len += 15) {
		reply.len = len;
		assert_int_equal(fill_from(&reply, 1, true, LATER_MS, raw, &h), -ENODATA);
		assert_none_of(raw, sizeof(raw));
	}
	assert_int_equal(fill_from(&reply, 1, false, SOON_MS, raw, &h), -ETIMEDOUT);
	assert_none_of(raw, sizeof(raw));
	assert_int_equal(fill_from(NULL, 0, false, SOON_MS, raw, &h), -ETIMEDOUT);
	assert_none_of(raw, sizeof(raw));
}

/* --- secrets left in memory --- */

#define DEPTH 24576 /* bytes of the stack that are searched; no call in this test uses more */

/* Are these bytes in the stack below the caller's frame, where functions that have returned had their frames? */
__attribute__((noinline, no_sanitize("address"))) static bool left_below(
	const uint8_t *want, size_t len)
{
	const volatile uint8_t *top = __builtin_frame_address(0), *p;
	size_t i;

	for (p = top - DEPTH; p + len < top; p++) {
		for (i = 0; i < len && p[i] == want[i]; i++)
			;
		if (i == len)
			return true;
	}
	return false;
}

/* Leaves a secret on the stack, without wiping it, to prove that the search finds one. It also makes the stack DEPTH
 * bytes deep. */
__attribute__((noinline)) static void leave_below(const uint8_t *bytes, size_t len)
{
	volatile uint8_t buffer[DEPTH - 1024];
	size_t i;

	for (i = 0; i < sizeof(buffer); i++)
		buffer[i] = bytes && i < len ? bytes[i] : 0;
}

static void test_wiped(void **state)
{
	static struct reply reply[2];
	static struct source_handle h;
	static uint8_t raw[100];
	uint64_t rng = 5;

	(void)state;
	reply[0] = granted(64, 0);
	random_fill(&rng, reply[0].bytes + 12, 64);
	leave_below(reply[0].bytes + 12, 64);
	assert_true(left_below(reply[0].bytes + 12, 16));
	leave_below(NULL, 0);
	assert_false(left_below(reply[0].bytes + 12, 16));
	/* The second response is malformed, so the read fails; its buffer must be wiped, too. */
	reply[1] = reply[0];
	random_fill(&rng, reply[1].bytes + 12, 64);
	reply[1].bytes[11] = 8;
	assert_int_equal(fill_from(reply, 2, false, LATER_MS, raw, &h), -EPROTO);
	assert_memory_equal(raw, reply[0].bytes + 12, 64);
	assert_false(left_below(reply[0].bytes + 12, 16));
	assert_false(left_below(reply[1].bytes + 12, 16));
}

/* --- devices --- */

/* Makes a character device for the tests: one end of a pseudoterminal, with a fake TPM at the other end. As long as the
 * device is held open here, the fake TPM sees no hangup. */
static int make_device(char path[64], int *ret_held)
{
	struct termios line;
	int master = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC), fd;

	assert_true(master >= 0);
	assert_int_equal(grantpt(master), 0);
	assert_int_equal(unlockpt(master), 0);
	assert_int_equal(ptsname_r(master, path, 64), 0);
	fd = open(path, O_RDWR | O_NOCTTY | O_CLOEXEC);
	assert_int_equal(tcgetattr(fd, &line), 0);
	cfmakeraw(&line);
	assert_int_equal(tcsetattr(fd, TCSANOW, &line), 0);
	*ret_held = fd;
	return master;
}

/* The name that the kernel gives the device. */
static void name_device(const char *path, const char *uevent)
{
	char name[128];
	struct stat st;

	assert_int_equal(stat(path, &st), 0);
	snprintf(name, sizeof(name), "mkdir -p fake/dev/char/%u:%u", major(st.st_rdev),
		minor(st.st_rdev));
	assert_int_equal(system(name), 0);
	snprintf(name, sizeof(name), "fake/dev/char/%u:%u/uevent", major(st.st_rdev),
		minor(st.st_rdev));
	file_write(name, uevent, strlen(uevent));
	sysfs = "fake";
}

static void test_device(void **state)
{
	const struct reply good = granted(64, 0);
	struct source_handle h;
	uint8_t raw[64], command[TPM_COMMAND_SIZE];
	char path[64];
	int held, master = make_device(path, &held), status;
	pid_t pid = fork();

	(void)state;
	assert_true(pid >= 0);
	if (pid == 0) {
		/* The fake TPM sends one complete response, and an incomplete one. */
		if (read(master, command, sizeof(command)) != sizeof(command) ||
			write(master, good.bytes, good.len) != (ssize_t)good.len ||
			read(master, command, sizeof(command)) != sizeof(command) ||
			write(master, good.bytes, good.len - 1) != (ssize_t)good.len - 1)
			_exit(1);
		_exit(0);
	}
	assert_int_equal(open_arg(path, -1, LATER_MS, &h), 0);
	assert_int_equal(faked_tpm.fill(&h, raw, sizeof(raw)), 0);
	assert_memory_equal(raw, good.bytes + 12, sizeof(raw));
	memset(raw, 0x3c, sizeof(raw));
	assert_int_equal(faked_tpm.fill(&h, raw, sizeof(raw)), -EPROTO);
	assert_none_of(raw, sizeof(raw));
	faked_tpm.close(&h);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
	/* No TPM answers any more. */
	assert_int_equal(open_arg(path, -1, SOON_MS, &h), 0);
	assert_int_equal(faked_tpm.fill(&h, raw, sizeof(raw)), -ETIMEDOUT);
	faked_tpm.close(&h);
	close(held);
	close(master);
}

static void assert_worth(const char *arg, int stated, unsigned bits, const char *device)
{
	struct source_handle h;

	assert_int_equal(open_arg(arg, stated, LATER_MS, &h), 0);
	assert_int_equal(h.assessed_bits, bits);
	assert_int_equal(h.per_bytes, 1);
	if (device)
		assert_string_equal(h.device, device);
	faked_tpm.close(&h);
}

static void test_worth(void **state)
{
	static const char *const chip[] = { "MAJOR=10\nMINOR=224\nDEVNAME=tpm0\n",
		"MAJOR=252\nDEVNAME=tpmrm0\n", "DEVNAME=tpmrm0" };
	static const char *const other[] = { "DEVNAME=ttyS0\n", "DEVNAME=tpm\n", "DEVNAME=tpm0x\n",
		"DEVNAME=tpmrmx\n", "" };
	char path[64], node[64];
	int held, master = make_device(path, &held);
	struct stat st;
	size_t i;

	(void)state;
	assert_int_equal(stat(path, &st), 0);
	snprintf(node, sizeof(node), "dev %u:%u", major(st.st_rdev), minor(st.st_rdev));
	for (i = 0; i < COUNT(chip); i++) {
		name_device(path, chip[i]);
		is_virtual = no;
		assert_worth(path, -1, 4, "tpm 0");
		assert_worth(path, 2, 2, "tpm 0");
		assert_worth(path, 0, 0, "tpm 0");
		/* In a virtual machine the program cannot know what the chip is. If the user states an assessment, it
		 * is the user's responsibility. */
		is_virtual = yes;
		assert_worth(path, -1, 0, "tpm 0");
		assert_worth(path, 4, 4, "tpm 0");
	}
	for (i = 0; i < COUNT(other); i++) {
		name_device(path, other[i]);
		is_virtual = no;
		assert_worth(path, -1, 0, node);
		assert_worth(path, 4, 4, node);
	}
	sysfs = "/sys";
	assert_worth(path, -1, 0, node);
	name_device(path, "DEVNAME=tpmrm17\n");
	assert_worth(path, -1, 4, "tpm 17");
	close(held);
	close(master);
}

/* The device's link in sysfs says whether a program made it, or whether it has a parent. */
static void test_made_up(void **state)
{
	char path[64], link[64];
	int held, master = make_device(path, &held);
	struct stat st;

	(void)state;
	is_virtual = no;
	sysfs = "linked";
	assert_int_equal(stat(path, &st), 0);
	snprintf(link, sizeof(link), "linked/dev/char/%u:%u", major(st.st_rdev), minor(st.st_rdev));
	assert_int_equal(system("mkdir -p linked/dev/char linked/devices/virtual/tpmrm/tpmrm0 "
				"linked/devices/pnp0/00:05/tpmrm/tpmrm0"),
		0);
	file_write("linked/devices/virtual/tpmrm/tpmrm0/uevent", "DEVNAME=tpmrm0\n", 15);
	file_write("linked/devices/pnp0/00:05/tpmrm/tpmrm0/uevent", "DEVNAME=tpmrm0\n", 15);
	assert_int_equal(symlink("../../devices/virtual/tpmrm/tpmrm0", link), 0);
	assert_worth(path, -1, 0, "tpm 0");
	assert_worth(path, 4, 4, "tpm 0");
	assert_int_equal(unlink(link), 0);
	assert_int_equal(symlink("../../devices/pnp0/00:05/tpmrm/tpmrm0", link), 0);
	assert_worth(path, -1, 4, "tpm 0");
	close(held);
	close(master);
}

static void test_socket_worth(void **state)
{
	char port[8], arg[64], device[64];
	int listener = listen_tcp(port), local = listen_unix("socket");
	struct stat st;

	(void)state;
	is_virtual = no;
	snprintf(arg, sizeof(arg), "swtpm:host=127.0.0.1,port=%s", port);
	snprintf(device, sizeof(device), "tcp loopback:%s", port);
	assert_worth(arg, -1, 0, device);
	assert_worth(arg, 4, 4, device);
	assert_int_equal(stat("socket", &st), 0);
	snprintf(device, sizeof(device), "inode %u:%u:%lu", major(st.st_dev), minor(st.st_dev),
		(unsigned long)st.st_ino);
	assert_worth("unix:socket", -1, 0, device);
	assert_worth("unix:./socket", 4, 4, device);
	close(listener);
	close(local);
}

static void test_none(void **state)
{
	struct source_handle h;

	(void)state;
	file_write("regular", "x", 1);
	assert_int_equal(mkdir("folder", 0700), 0);
	assert_int_equal(mkfifo("fifo", 0600), 0);
	assert_int_equal(open_arg("regular", 4, LATER_MS, &h), -ENOTTY);
	assert_int_equal(h.fd, -1);
	assert_string_equal(faked_tpm.why(-ENOTTY), "not a character device");
	assert_int_equal(open_arg("fifo", 4, LATER_MS, &h), -ENOTTY);
	assert_int_equal(open_arg("folder", 4, LATER_MS, &h), -EISDIR);
	assert_int_equal(open_arg("absent", 4, LATER_MS, &h), -ENOENT);
	assert_int_equal(open_arg("unix:absent", 4, LATER_MS, &h), -ENOENT);
	assert_int_equal(open_arg("unix:regular", 4, LATER_MS, &h), -ENOTSOCK);
	assert_int_equal(h.fd, -1);
	assert_string_equal(faked_tpm.why(-ENOTSOCK), "not a socket");
	assert_string_equal(faked_tpm.why(-EHOSTDOWN), "the TPM is not started");
	assert_string_equal(faked_tpm.why(-EKEYREJECTED), "the TPM is locked out");
	assert_null(faked_tpm.why(-ENODATA));
	/* If the user named no path, a missing device means that the host has no TPM. */
	if (access("/dev/tpmrm0", F_OK) < 0)
		assert_int_equal(open_arg("", -1, LATER_MS, &h), -ENODEV);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST("source: tpm: a malformed argument is refused before anything is opened",
			test_check),
		TEST("source: tpm: the defaults of its argument are /dev/tpmrm0, 127.0.0.1 and 2321",
			test_where),
		TEST("source: tpm: all requested bytes arrive, in the pieces that it grants",
			test_pieces),
		TEST("source: tpm: a busy TPM is asked again, and this is counted", test_busy),
		TEST("source: tpm: a TPM that is always busy is given up at the deadline",
			test_busy_for_ever),
		TEST("source: tpm: each fault has its errno, and no byte of that answer is delivered",
			test_faults),
		TEST("source: tpm: an answer that stops half way is refused", test_short),
		TEST("source: tpm: nothing of an answer is left in the buffers", test_wiped),
		TEST("source: tpm: a device gets a request in one write, and answers in one read",
			test_device),
		TEST("source: tpm: a chip that the kernel knows is worth 4 bits a byte, but not in a "
		     "virtual machine",
			test_worth),
		TEST("source: tpm: a chip that the kernel knows, but that a program has made, is worth nothing",
			test_made_up),
		TEST("source: tpm: a software TPM is worth what is stated, and otherwise nothing",
			test_socket_worth),
		TEST("source: tpm: a folder, a file, a FIFO and a missing path are distinguished",
			test_none),
	};

	return cmocka_run_group_tests_name("source-tpm", tests, temp_enter, temp_leave);
}
