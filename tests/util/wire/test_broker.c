/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Tests the packets, the client, and a draw that uses a broker. */
#include "tests/lib/unit.h"

#include "seed/source/broker_client.h"
#include "seed/draw.h"
#include "util/clock.h"

#include <errno.h>
#include <signal.h>
#include <sodium.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/un.h>

#define SOON_MS  400
#define LATER_MS 60000 /* a deadline that is reached only if the test fails */
#define NOBODY   65534
#define SOMEBODY 1234

/* --- the packets --- */

static void test_request(void **state)
{
	uint8_t raw[BROKER_REQUEST_SIZE + 1];
	struct broker_request sent = { 1, 1 }, got;
	size_t i, len;

	(void)state;
	for (sent.version = 1; sent.version <= 2; sent.version++) {
		for (sent.blocks = 1; sent.blocks <= BROKER_BLOCKS_MAX; sent.blocks++) {
			broker_request_encode(raw, &sent);
			assert_int_equal(broker_request_parse(raw, BROKER_REQUEST_SIZE, &got), 0);
			assert_memory_equal(&got, &sent, sizeof(got));
		}
	}
	got = (struct broker_request){ 7, 77 };
	for (len = 0; len <= sizeof(raw); len++)
		if (len != BROKER_REQUEST_SIZE)
			assert_int_equal(broker_request_parse(raw, len, &got), -EBADMSG);
	for (i = 0; i < BROKER_REQUEST_SIZE; i++) {
		raw[i] ^= 0x80;
		assert_int_equal(broker_request_parse(raw, BROKER_REQUEST_SIZE, &got), -EBADMSG);
		raw[i] ^= 0x80;
	}
	for (sent.version = 0; sent.version <= 4; sent.version++) {
		for (sent.blocks = 0; sent.blocks <= 67; sent.blocks++) {
			if (sent.version >= 1 && sent.version <= 2 && sent.blocks >= 1 &&
				sent.blocks <= 65)
				continue;
			broker_request_encode(raw, &sent);
			assert_int_equal(
				broker_request_parse(raw, BROKER_REQUEST_SIZE, &got), -EBADMSG);
		}
	}
	assert_int_equal(got.version + got.blocks, 84);
}

static void make_blocks(struct broker_block *block, size_t count, uint32_t bits)
{
	uint64_t rng = 9;
	size_t i;

	memset(block, 0, count * sizeof(*block));
	for (i = 0; i < count; i++) {
		random_fill(&rng, block[i].bytes, sizeof(block[i].bytes));
		block[i].hardware_bits = bits;
		strcpy(block[i].provenance, "rdrand:384 tpm:320 kernel");
		block[i].source[0] = (struct broker_source){ "rdrand", 49152, 384 };
		block[i].source[1] = (struct broker_source){ "tpm", 80, 320 };
		block[i].source[2] = (struct broker_source){ "kernel", 64, 0 };
		block[i].sources = 3;
	}
}

/* Changes the blocks to what the parser returns for an answer of @version; version 1 does not send the numbers of
 * bytes. */
static void make_received(struct broker_block *block, size_t count, unsigned version)
{
	size_t i, j;

	for (i = 0; i < count && version == 1; i++)
		for (j = 0; j < block[i].sources; j++)
			block[i].source[j].bytes = 0;
}

static int parse(const uint8_t *raw, size_t len, unsigned version, size_t blocks,
	struct broker_block *ret, enum broker_status *ret_status)
{
	const struct broker_request request = { version, (uint32_t)blocks };

	return broker_answer_parse(raw, len, &request, ret, ret_status);
}

static void test_answer(void **state)
{
	static uint8_t raw[BROKER_ANSWER_MAX + 1];
	static struct broker_block sent[BROKER_BLOCKS_MAX], got[BROKER_BLOCKS_MAX];
	enum broker_status status;
	unsigned version;
	size_t n, len, i;

	(void)state;
	for (version = 1; version <= 2; version++) {
		make_blocks(sent, BROKER_BLOCKS_MAX, 256);
		for (n = 1; n <= BROKER_BLOCKS_MAX; n += 8) {
			make_blocks(sent, n, 256);
			len = broker_answer_encode(raw, version, BROKER_GIVEN, sent, n);
			assert_int_equal(len, 16 + (version == 1 ? 168 : 488) * n);
			assert_int_equal(raw[4] + 256 * raw[5], version);
			memset(got, 0, sizeof(got));
			assert_int_equal(parse(raw, len, version, n, got, &status), 0);
			assert_int_equal(status, BROKER_GIVEN);
			make_received(sent, n, version);
			assert_memory_equal(got, sent, n * sizeof(*got));
			/* These are refused: more or fewer blocks than requested, a byte less or more, another
			 * version. */
			assert_int_equal(parse(raw, len, version, n + 1, got, &status), -EBADMSG);
			assert_int_equal(parse(raw, len, version, n - 1, got, &status), -EBADMSG);
			assert_int_equal(parse(raw, len - 1, version, n, got, &status), -EBADMSG);
			assert_int_equal(parse(raw, len + 1, version, n, got, &status), -EBADMSG);
			assert_int_equal(parse(raw, len, 3 - version, n, got, &status), -EBADMSG);
		}
		for (i = BROKER_EMPTY; i <= BROKER_REFUSED; i++) {
			len = broker_answer_encode(raw, version, (enum broker_status)i, NULL, 0);
			assert_int_equal(parse(raw, len, version, 3, got, &status), 0);
			assert_int_equal(status, i);
		}
	}
	/* With this status, a daemon that does not know version 2 refuses a request of version 2. Any other status in
	 * version 1 is malformed. */
	for (i = BROKER_GIVEN; i <= BROKER_REFUSED; i++) {
		len = broker_answer_encode(raw, 1, (enum broker_status)i, NULL, 0);
		assert_int_equal(parse(raw, len, 2, 3, got, &status),
			i == BROKER_REFUSED ? -EPROTONOSUPPORT : -EBADMSG);
	}
}

/* A daemon of version 1 names its sources only in the provenance. */
static void test_answer_words(void **state)
{
	static const struct {
		const char *text, *name[3];
		uint32_t bits[3], sources;
		bool partial;
	} row[] = {
		{ "", { 0 }, { 0 }, 0, false },
		{ "kernel", { "kernel" }, { 0 }, 1, false },
		{ "rdseed:4096 file:320 kernel", { "rdseed", "file", "kernel" }, { 4096, 320, 0 },
			3, false },
		{ "file:384 file:384 and 9 more", { "file", "file" }, { 384, 384 }, 2, true },
		{ "rdseed:4294967296", { 0 }, { 0 }, 0, true },
		{ "anamethatistoolong:3", { 0 }, { 0 }, 0, true },
		{ "rdseed:3:4", { 0 }, { 0 }, 0, true },
	};
	static uint8_t raw[BROKER_ANSWER_MAX];
	struct broker_block sent, got;
	enum broker_status status;
	size_t i, j, len;

	(void)state;
	for (i = 0; i < COUNT(row); i++) {
		make_blocks(&sent, 1, 256);
		memset(sent.provenance, 0, sizeof(sent.provenance));
		strcpy(sent.provenance, row[i].text);
		len = broker_answer_encode(raw, 1, BROKER_GIVEN, &sent, 1);
		assert_int_equal(parse(raw, len, 1, 1, &got, &status), 0);
		assert_int_equal(got.partial, row[i].partial);
		assert_int_equal(got.sources, row[i].sources);
		for (j = 0; j < got.sources; j++) {
			assert_string_equal(got.source[j].name, row[i].name[j]);
			assert_int_equal(got.source[j].assessed_bits, row[i].bits[j]);
			assert_int_equal(got.source[j].bytes, 0);
		}
	}
}

/* One byte is wrong in the fields that version 2 adds. */
static void test_answer_sources(void **state)
{
	static const struct {
		size_t at;
		uint8_t value;
	} row[] = {
		{ 4, 17 },           /* more sources than fit */
		{ 4, 4 },            /* a source without a name */
		{ 4, 2 },            /* a source beyond their number */
		{ 168, 'R' },        /* a capital letter */
		{ 168, 0 },          /* an empty name */
		{ 168 + 6, 1 },      /* a control character */
		{ 168 + 11, 'x' },   /* no zero at the end of the name */
		{ 168 + 3 * 20, 1 }, /* a byte of an unused entry */
		{ 168 + 16 * 20 - 1, 1 },
	};
	static uint8_t raw[BROKER_ANSWER_MAX];
	struct broker_block sent, got, before;
	enum broker_status status = BROKER_LIMITED;
	size_t i, len;

	(void)state;
	memset(&got, 0x5a, sizeof(got));
	memcpy(&before, &got, sizeof(got));
	make_blocks(&sent, 1, 256);
	len = broker_answer_encode(raw, 2, BROKER_GIVEN, &sent, 1);
	for (i = 0; i < COUNT(row); i++) {
		const uint8_t was = raw[16 + row[i].at];

		raw[16 + row[i].at] = row[i].value;
		assert_int_equal(parse(raw, len, 2, 1, &got, &status), -EBADMSG);
		raw[16 + row[i].at] = was;
	}
	/* In version 1, the number of sources must be 0. */
	len = broker_answer_encode(raw, 1, BROKER_GIVEN, &sent, 1);
	raw[16 + 4] = 3;
	assert_int_equal(parse(raw, len, 1, 1, &got, &status), -EBADMSG);
	assert_memory_equal(&got, &before, sizeof(got));
	assert_int_equal(status, BROKER_LIMITED);
}

static void answer_bad(unsigned version)
{
	static const char *const texts[] = { "rdrand:384\n", "\033[31m", "RDRAND", "a,b",
		"\xc3\xa4", "a\0b" };
	static uint8_t raw[BROKER_ANSWER_MAX];
	static struct broker_block sent[2], got[2], before[2];
	enum broker_status status = BROKER_LIMITED;
	size_t len, i;

	memset(got, 0x5a, sizeof(got));
	memcpy(before, got, sizeof(got));
	make_blocks(sent, 2, 257);
	len = broker_answer_encode(raw, version, BROKER_GIVEN, sent, 2);
	assert_int_equal(parse(raw, len, version, 2, got, &status), -EBADMSG);
	for (i = 0; i < COUNT(texts); i++) {
		make_blocks(sent, 2, 256);
		memset(sent[1].provenance, 0, BROKER_PROVENANCE);
		memcpy(sent[1].provenance, texts[i], i == COUNT(texts) - 1 ? 3 : strlen(texts[i]));
		len = broker_answer_encode(raw, version, BROKER_GIVEN, sent, 2);
		assert_int_equal(parse(raw, len, version, 2, got, &status), -EBADMSG);
	}
	/* The provenance has no zero at its end. */
	make_blocks(sent, 2, 256);
	memset(sent[1].provenance, 'a', BROKER_PROVENANCE);
	len = broker_answer_encode(raw, version, BROKER_GIVEN, sent, 2);
	assert_int_equal(parse(raw, len, version, 2, got, &status), -EBADMSG);
	/* Another status, or one changed bit in the head. */
	make_blocks(sent, 2, 256);
	len = broker_answer_encode(raw, version, BROKER_GIVEN, sent, 2);
	for (i = 0; i < BROKER_HEAD_SIZE; i++) {
		raw[i] ^= 0x10;
		assert_int_equal(parse(raw, len, version, 2, got, &status), -EBADMSG);
		raw[i] ^= 0x10;
	}
	len = broker_answer_encode(raw, version, (enum broker_status)4, NULL, 0);
	assert_int_equal(parse(raw, len, version, 2, got, &status), -EBADMSG);
	for (i = 0; i < BROKER_HEAD_SIZE; i++)
		assert_int_equal(parse(raw, i, version, 2, got, &status), -EBADMSG);
	assert_memory_equal(got, before, sizeof(got));
	assert_int_equal(status, BROKER_LIMITED);
}

static void test_answer_bad(void **state)
{
	(void)state;
	answer_bad(1);
	answer_bad(2);
}

static void test_note(void **state)
{
	struct broker_note sent = { .credit_bits = RECORD_BITS_MAX }, got;
	uint8_t raw[BROKER_NOTE_SIZE + 1];
	uint64_t rng = 3;
	size_t len;

	(void)state;
	random_fill(&rng, sent.uuid, sizeof(sent.uuid));
	random_fill(&rng, sent.seed_id, sizeof(sent.seed_id));
	broker_note_encode(raw, &sent);
	assert_int_equal(broker_note_parse(raw, BROKER_NOTE_SIZE, &got), 0);
	assert_memory_equal(&got, &sent, sizeof(got));
	for (len = 0; len <= sizeof(raw); len++)
		if (len != BROKER_NOTE_SIZE)
			assert_int_equal(broker_note_parse(raw, len, &got), -EBADMSG);
	sent.credit_bits = RECORD_BITS_MAX + 1;
	broker_note_encode(raw, &sent);
	assert_int_equal(broker_note_parse(raw, BROKER_NOTE_SIZE, &got), -EBADMSG);
}

/* --- a test broker, in a child process --- */

enum manner {
	GIVE,   /* give what is requested; each block has @bits bits */
	OLD,    /* the same, but like a daemon that knows only version 1 */
	REPEAT, /* give the same block again and again */
	SAY_EMPTY,
	SAY_LIMITED,
	SAY_REFUSED,
	GARBAGE,
	TOO_MUCH, /* send more bytes than the largest answer has */
	ONE_LESS,
	SILENT,
	HANG_UP,
	NEVER_ACCEPT,
};

/* How many blocks the last request asked for. The memory is shared with the child. */
static uint32_t *asked;

struct broker {
	pid_t pid;
	int told; /* a descriptor with the notes that the broker has received */
	char path[64];
};

static void answer(int fd, enum manner manner, uint32_t bits, unsigned version, uint32_t blocks)
{
	static uint8_t raw[2 * BROKER_ANSWER_MAX];
	static struct broker_block block[BROKER_BLOCKS_MAX];
	size_t len = 0, i;

	make_blocks(block, BROKER_BLOCKS_MAX, bits);
	for (i = 1; manner == REPEAT && i < blocks; i++)
		block[i] = block[0];
	if (manner <= REPEAT || manner == ONE_LESS)
		len = broker_answer_encode(
			raw, version, BROKER_GIVEN, block, blocks - (manner == ONE_LESS));
	if (manner >= SAY_EMPTY && manner <= SAY_REFUSED)
		len = broker_answer_encode(raw, version,
			(enum broker_status)(manner - SAY_EMPTY + BROKER_EMPTY), NULL, 0);
	if (manner == GARBAGE)
		len = 1000;
	if (manner == TOO_MUCH) {
		broker_answer_encode(raw, version, BROKER_GIVEN, block, BROKER_BLOCKS_MAX);
		len = sizeof(raw);
	}
	if (len > 0)
		(void)!send(fd, raw, len, MSG_NOSIGNAL);
}

static _Noreturn void serve(int listener, int told, enum manner manner, uint32_t bits)
{
	uint8_t raw[256];
	struct broker_request request;

	for (;;) {
		int fd = manner == NEVER_ACCEPT ? pause() : accept(listener, NULL, NULL);
		ssize_t n = recv(fd, raw, sizeof(raw), 0);

		if (n <= 0 || broker_request_parse(raw, (size_t)n, &request) < 0) {
			close(fd);
			continue;
		}
		if (manner == OLD && request.version > 1) {
			answer(fd, SAY_REFUSED, 0, 1, 0);
			close(fd);
			continue;
		}
		*asked = request.blocks;
		if (manner == SILENT)
			pause();
		if (manner != HANG_UP)
			answer(fd, manner, bits, request.version, request.blocks);
		n = manner == HANG_UP ? 0 : recv(fd, raw, sizeof(raw), 0);
		if (n > 0 && write(told, raw, (size_t)n) != n)
			_exit(1);
		close(fd);
	}
}

/* Starts a broker that runs as @uid, in a new folder that belongs to @owner. */
static struct broker broker_start(enum manner manner, uint32_t bits, uid_t uid, uid_t owner)
{
	static int count;
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	struct broker b;
	int ready[2], told[2];
	char folder[32], byte;

	snprintf(folder, sizeof(folder), "run%d", count++);
	assert_int_equal(mkdir(folder, 0755), 0);
	assert_int_equal(chmod(folder, 0777), 0); /* so that the child can bind; reset below */
	snprintf(b.path, sizeof(b.path), "%s/seed.sock", folder);
	assert_int_equal(pipe2(ready, O_CLOEXEC), 0);
	assert_int_equal(pipe2(told, O_CLOEXEC), 0);
	b.pid = fork();
	assert_true(b.pid >= 0);
	if (b.pid == 0) {
		int listener = socket(AF_UNIX, SOCK_SEQPACKET, 0);

		strcpy(address.sun_path, b.path);
		if (uid && setuid(uid) < 0)
			_exit(1);
		if (bind(listener, (struct sockaddr *)&address, sizeof(address)) < 0 ||
			listen(listener, 1) < 0 || chmod(b.path, 0666) < 0)
			_exit(1);
		(void)!write(ready[1], "", 1);
		serve(listener, told[1], manner, bits);
	}
	close(ready[1]);
	close(told[1]);
	assert_int_equal(read(ready[0], &byte, 1), 1);
	close(ready[0]);
	if (owner && chown(folder, owner, (gid_t)-1) < 0)
		fail_msg("%s: cannot be given away", folder);
	assert_int_equal(chmod(folder, 0755), 0);
	b.told = told[0];
	return b;
}

static void broker_stop(struct broker *b)
{
	kill(b->pid, SIGKILL);
	waitpid(b->pid, NULL, 0);
	close(b->told);
}

/* --- which brokers are trusted --- */

static int connect_to(const char *path)
{
	int fd = broker_connect(path, clock_ms() + LATER_MS);

	if (fd >= 0)
		close(fd);
	return fd < 0 ? fd : 0;
}

static void test_absent(void **state)
{
	struct broker b = broker_start(GIVE, 256, 0, 0);

	(void)state;
	assert_int_equal(connect_to(b.path), 0);
	broker_stop(&b);
	assert_int_equal(connect_to(b.path), -ECONNREFUSED);
	assert_int_equal(connect_to("none/seed.sock"), -ENOENT);
	assert_int_equal(
		connect_to("/a/path/that/is/far/longer/than/the/hundred/and/eight/bytes/for/"
			   "which/a/unix/socket/has/room/so/that/it/is/refused/seed.sock"),
		-ENAMETOOLONG);
}

/* Needs root; tests/run finds that in this sentence, and starts the program as root. */
static void test_believed(void **state)
{
	static const struct {
		uid_t peer, owner;
		int r;
	} row[] = {
		{ 0, 0, 0 },
		{ 0, SOMEBODY, 0 },
		{ SOMEBODY, SOMEBODY, 0 },
		{ SOMEBODY, 0, -EPERM },
		{ SOMEBODY, SOMEBODY + 1, -EPERM },
		/* A user id that the namespace does not map could be any user, and so could the owner of the folder. */
		{ NOBODY, NOBODY, -EPERM },
	};
	size_t i;

	(void)state;
	if (geteuid() != 0) {
		print_message("# needs root, to be other users\n");
		skip();
	}
	assert_int_equal(chmod(".", 0755), 0);
	for (i = 0; i < COUNT(row); i++) {
		struct broker b = broker_start(GIVE, 256, row[i].peer, row[i].owner);

		assert_int_equal(connect_to(b.path), row[i].r);
		/* In this folder, other users could create a socket. */
		*strrchr(b.path, '/') = '\0';
		assert_int_equal(chmod(b.path, 0775), 0);
		b.path[strlen(b.path)] = '/';
		assert_int_equal(connect_to(b.path), row[i].peer == 0 ? 0 : -EPERM);
		broker_stop(&b);
	}
}

/* --- draws that use the broker --- */

static bool hangs(enum manner manner)
{
	return manner == SILENT || manner == NEVER_ACCEPT;
}

static int draw(struct seed *s, const struct broker *b, unsigned deadline_ms, uint32_t bits)
{
	struct source_list list;
	char text[128];

	snprintf(text, sizeof(text), "broker:%s,deadline=%ums", b->path, deadline_ms);
	assert_int_equal(source_parse(text, &list, NULL), 0);
	return seed_draw(s, &list, bits);
}

static void test_draw_counts(void **state)
{
	static const uint32_t granted[] = { 0, 1, 100, 255, 256 };
	struct broker_note note;
	uint8_t raw[BROKER_NOTE_SIZE];
	const uint8_t uuid[UUID_SIZE] = { 1, 2, 3 };
	struct seed s;
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(granted); i++) {
		struct broker b = broker_start(GIVE, granted[i], 0, 0);

		assert_int_equal(draw(&s, &b, LATER_MS, 700), 0);
		assert_true(draw_passed(s.report));
		assert_non_null(s.report[0].given);
		assert_string_equal(s.report[0].given[0].provenance, "rdrand:384 tpm:320 kernel");
		assert_int_equal(s.report[0].given[0].source[0].bytes, 49152);
		/* No second margin is subtracted. The kernel adds at most 256 bits to reach the number that is asked
		 * for. */
		assert_int_equal(
			s.claim.hardware_bits, 3 * granted[i] < 700 ? 3 * granted[i] : 700);
		assert_int_equal(s.claim.credit_bits,
			3 * granted[i] + 256 < 700 ? 3 * granted[i] + 256 : 700);
		assert_int_equal(seed_hardware(&s, 1), granted[i]);
		seed_report_use(&s, uuid);
		assert_int_equal(read(b.told, raw, sizeof(raw)), sizeof(raw));
		assert_int_equal(broker_note_parse(raw, sizeof(raw), &note), 0);
		assert_int_equal(note.credit_bits, s.claim.credit_bits);
		assert_memory_equal(note.uuid, uuid, sizeof(uuid));
		assert_memory_equal(note.seed_id, s.id, sizeof(s.id));
		seed_clear(&s);
		broker_stop(&b);
	}
}

/* A draw understands a daemon of version 1, and sends it the same note; values that such a daemon does not send are
 * unknown. */
static void test_draw_old(void **state)
{
	struct broker b = broker_start(OLD, 200, 0, 0);
	const uint8_t uuid[UUID_SIZE] = { 1, 2, 3 };
	struct broker_note note;
	uint8_t raw[BROKER_NOTE_SIZE];
	struct seed s;

	(void)state;
	assert_int_equal(draw(&s, &b, LATER_MS, 500), 0);
	assert_true(draw_passed(s.report));
	assert_int_equal(*asked, 2);
	assert_int_equal(s.claim.hardware_bits, 400);
	assert_int_equal(s.report[0].given[1].sources, 3);
	assert_string_equal(s.report[0].given[1].source[1].name, "tpm");
	assert_int_equal(s.report[0].given[1].source[1].assessed_bits, 320);
	assert_int_equal(s.report[0].given[1].source[1].bytes, 0);
	seed_report_use(&s, uuid);
	assert_int_equal(read(b.told, raw, sizeof(raw)), sizeof(raw));
	assert_int_equal(broker_note_parse(raw, sizeof(raw), &note), 0);
	assert_int_equal(note.credit_bits, 500);
	seed_clear(&s);
	broker_stop(&b);
}

static void test_draw_asks(void **state)
{
	static const uint32_t row[][2] = { { 1, 1 }, { 256, 1 }, { 257, 2 },
		{ RECORD_BITS_MAX, 64 } };
	struct seed s;
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(row); i++) {
		struct broker b = broker_start(GIVE, 256, 0, 0);

		assert_int_equal(draw(&s, &b, LATER_MS, row[i][0]), 0);
		assert_non_null(seed_mix_key(&s));
		assert_true(draw_passed(s.report));
		assert_int_equal(*asked, row[i][1]);
		assert_int_equal(s.report[0].bytes, row[i][1] * RECORD_BLOCK);
		assert_int_equal(s.claim.hardware_bits, row[i][0]);
		seed_clear(&s);
		broker_stop(&b);
	}
}

static void test_draw_without(void **state)
{
	static const struct {
		enum manner manner;
		const char *why;
	} row[] = {
		{ REPEAT, "20 bytes that were delivered before" },
		{ SAY_EMPTY, "has no more to give just now" },
		{ SAY_LIMITED, "this user has had its share for now" },
		{ SAY_REFUSED,
			"the daemon refused the request as invalid; is it of another version?" },
		{ GARBAGE, "the daemon's answer is malformed" },
		{ TOO_MUCH, "the daemon's answer is malformed" },
		{ ONE_LESS, "the daemon's answer is malformed" },
		{ SILENT, "Connection timed out" },
		{ HANG_UP, "Connection reset by peer" },
		{ NEVER_ACCEPT, "Connection timed out" },
	};
	struct seed s;
	char why[160];
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(row); i++) {
		struct broker b = broker_start(row[i].manner, 256, 0, 0);

		/* Two blocks are drawn, so that the same block can come twice. */
		assert_int_equal(draw(&s, &b, hangs(row[i].manner) ? SOON_MS : LATER_MS, 512), 0);
		assert_false(draw_passed(s.report));
		assert_string_equal(draw_why(s.report, why, sizeof(why)), row[i].why);
		assert_null(s.report[0].given);
		assert_int_equal(s.claim.hardware_bits, 0);
		assert_int_equal(s.claim.credit_bits, 256); /* the kernel's */
		seed_clear(&s);
		broker_stop(&b);
	}
}

static int open_device(const struct source_spec *spec, struct source_handle *h)
{
	(void)spec;
	(void)h;
	return 0;
}

static int fill_device(struct source_handle *h, uint8_t *raw, size_t len)
{
	return source_kernel.fill(h, raw, len);
}

static void close_device(struct source_handle *h)
{
	(void)h;
}

/* If the user has named no sources, devices are skipped if the broker gives enough bits, and only then. One that is
 * required is read in any case. */
static void test_draw_spares(void **state)
{
	static const struct source device = { .name = "device",
		.what = "fake",
		.kind = SOURCE_DEVICE,
		.assessed_bits = 4,
		.per_bytes = 1,
		.open = open_device,
		.fill = fill_device,
		.close = close_device };
	static const struct {
		enum manner manner;
		uint32_t bits;
		bool required, skipped;
	} row[] = { { GIVE, 256, false, true }, { GIVE, 256, true, false },
		{ GIVE, 255, false, false }, { GIVE, 0, false, false },
		{ SAY_EMPTY, 0, false, false }, { SILENT, 0, false, false } };
	struct source_list list;
	struct seed s;
	char text[128];
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(row); i++) {
		struct broker b = broker_start(row[i].manner, row[i].bits, 0, 0);

		snprintf(text, sizeof(text), "broker:%s,deadline=%ums,rdrand", b.path,
			hangs(row[i].manner) ? SOON_MS : LATER_MS);
		assert_int_equal(source_parse(text, &list, NULL), 0);
		list.spec[1] = (struct source_spec){ .src = &device, .required = row[i].required };
		list.by_default = true;
		assert_int_equal(seed_draw(&s, &list, 512), 0);
		assert_int_equal(draw_passed(s.report + 1), !row[i].skipped);
		assert_int_equal(s.report[1].skipped != NULL, row[i].skipped);
		assert_int_equal(s.claim.hardware_bits, 512);
		seed_clear(&s);
		broker_stop(&b);
	}
}

/* The broker accepts no connection, so its queue is full in the end; connecting then fails at the deadline. */
static void test_full_queue(void **state)
{
	struct broker b = broker_start(NEVER_ACCEPT, 256, 0, 0);
	int fd[8];
	int64_t began;
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(fd); i++) {
		began = clock_ms();
		fd[i] = broker_connect(b.path, began + 300);
		if (fd[i] < 0)
			break;
	}
	assert_true(i < COUNT(fd));
	assert_int_equal(fd[i], -ETIMEDOUT);
	assert_true(clock_ms() - began >= 300);
	while (i-- > 0)
		close(fd[i]);
	broker_stop(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST("broker: a request is for 1 to 65 blocks, and nothing else is one",
			test_request),
		TEST("broker: an answer has the requested blocks, or says why not", test_answer),
		TEST("broker: an answer with one thing wrong is refused whole, and nothing is written",
			test_answer_bad),
		TEST("broker: in version 1 the sources are read from the provenance, without their bytes",
			test_answer_words),
		TEST("broker: an answer with one wrong byte in the fields of version 2 is refused whole",
			test_answer_sources),
		TEST("broker: a note is encoded and parsed back", test_note),
		TEST("broker: a broker that does not run, or has no socket, is recognized",
			test_absent),
		TEST("broker: root is trusted, or the owner of a folder that only he can write, by number",
			test_believed),
		TEST("broker: a draw counts what is granted, without a second margin, and reports its use",
			test_draw_counts),
		TEST("broker: a daemon that knows only version 1 is asked again in that version",
			test_draw_old),
		TEST("broker: a draw asks for the blocks of the record, and for none to mix from",
			test_draw_asks),
		TEST("broker: a broker that makes any error counts for nothing, and the draw goes on",
			test_draw_without),
		TEST("broker: devices are skipped if the broker gives enough, and only then",
			test_draw_spares),
		TEST("broker: a full queue is waited for until the deadline", test_full_queue),
	};

	asked = mmap(
		NULL, sizeof(*asked), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (asked == MAP_FAILED || sodium_init() < 0)
		return 1;
	return cmocka_run_group_tests_name("broker", tests, temp_enter, temp_leave);
}
