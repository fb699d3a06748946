/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The carry-over, in a folder that loses what was not flushed. The test decides which calls fail. */
#include "tests/lib/unit.h"

#include "guest/carry_over.c"

#define FOLDER_FD 3
#define FILE_FD   4
#define FOLDER    "/var/lib/seedrive/."
#define NAME      "carry-over"
#define PATH      "/var/lib/seedrive/carry-over"

static struct {
	bool now, medium; /* does the name exist now, and after a power cut? */
	enum persistence persistence;
	int unlink_error, fsync_error, random_error;
	struct stat st;
	uint8_t content[RECORD_SECTOR];
	long short_by;
	int unlinks, replaced;
	int open_fds;
} fs;

enum persistence persistence_of(int dir, bool vouched)
{
	assert_int_equal(dir, FOLDER_FD);
	return vouched ? PERSISTENCE_YES : fs.persistence;
}

int sys_open_dir(int at, const char *path)
{
	assert_int_equal(at, AT_FDCWD);
	if (strcmp(path, FOLDER) != 0)
		return -ENOENT;
	fs.open_fds++;
	return FOLDER_FD;
}

int sys_open_at(int at, const char *path, int flags, unsigned mode)
{
	(void)mode;
	assert_int_equal(at, FOLDER_FD);
	assert_string_equal(path, NAME);
	assert_int_equal(flags, O_RDONLY | O_NOFOLLOW | O_NONBLOCK);
	if (!fs.now)
		return -ENOENT;
	fs.open_fds++;
	return FILE_FD;
}

void sys_close(int fd)
{
	assert_true(fd == FOLDER_FD || fd == FILE_FD);
	fs.open_fds--;
}

int sys_fstat(int fd, struct stat *ret)
{
	assert_int_equal(fd, FILE_FD);
	*ret = fs.st;
	return 0;
}

long sys_read(int fd, void *buf, size_t len)
{
	assert_int_equal(fd, FILE_FD);
	assert_int_equal(len, RECORD_SECTOR);
	memcpy(buf, fs.content, len);
	return (long)len - fs.short_by;
}

int sys_unlink_at(int at, const char *path)
{
	assert_int_equal(at, FOLDER_FD);
	assert_string_equal(path, NAME);
	fs.unlinks++;
	if (fs.unlink_error)
		return fs.unlink_error;
	fs.now = false;
	return 0;
}

int sys_fsync(int fd)
{
	assert_int_equal(fd, FOLDER_FD);
	if (fs.fsync_error)
		return fs.fsync_error;
	fs.medium = fs.now;
	return 0;
}

/* Returns bytes that differ from call to call and are never zero. */
static uint8_t random_byte = 0x80;

int kernel_random(void *out, size_t len)
{
	memset(out, ++random_byte, len);
	return fs.random_error;
}

int file_replace(int folder, const char *name, const void *data, size_t len, unsigned mode)
{
	assert_int_equal(folder, FOLDER_FD);
	assert_string_equal(name, NAME);
	assert_int_equal(len, RECORD_SECTOR);
	assert_int_equal(mode, 0600);
	memcpy(fs.content, data, len);
	fs.replaced++;
	fs.now = true;
	return 0;
}

static const struct situation here = { .has_uuid = true, .uuid = { 0x12 }, .now = 1795000000 };

static int start(void **state)
{
	static uint8_t seed[RECORD_BLOCK];
	const struct record rec = { .credit_bits = 256, .seed = seed, .seed_len = sizeof(seed) };

	(void)state;
	memset(&fs, 0, sizeof(fs));
	fs.persistence = PERSISTENCE_YES;
	fs.st.st_mode = S_IFREG | 0600;
	fs.st.st_size = RECORD_SECTOR;
	assert_int_equal(record_encode(&rec, fs.content, sizeof(fs.content)), 0);
	fs.now = fs.medium = true;
	return 0;
}

/* Opens the carry-over and, if that works, consumes it. */
static int use(bool vouched, bool *ret_consumed)
{
	static struct carry_over c;
	int r = carry_over_open(&c, PATH);

	*ret_consumed = r == 0 && carry_over_consume(&c, vouched);
	carry_over_close(&c);
	assert_int_equal(c.raw[RECORD_HEADER], 0);
	assert_int_equal(fs.open_fds, 0);
	return r;
}

static void test_power_cut(void **state)
{
	bool consumed;

	(void)state;
	assert_int_equal(use(false, &consumed), 0);
	assert_true(consumed);
	assert_false(fs.medium);
	assert_int_equal(use(false, &consumed), -ENOENT);
}

static void assert_not_consumed(bool touched)
{
	bool consumed;

	assert_int_equal(use(false, &consumed), 0);
	assert_false(consumed);
	assert_int_equal(fs.unlinks, touched);
	start(NULL);
}

static void test_not_consumed(void **state)
{
	bool consumed;

	(void)state;
	fs.fsync_error = -EIO;
	assert_not_consumed(true);
	fs.unlink_error = -EROFS;
	assert_not_consumed(true);
	fs.persistence = PERSISTENCE_NO;
	assert_not_consumed(false);
	fs.persistence = PERSISTENCE_READ_ONLY;
	assert_not_consumed(false);
	fs.persistence = PERSISTENCE_NO;
	assert_int_equal(use(true, &consumed), 0);
	assert_true(consumed);
}

static void assert_refused(int err)
{
	bool consumed;

	assert_int_equal(use(false, &consumed), err);
	assert_true(fs.now && !consumed);
	start(NULL);
}

static void test_not_roots(void **state)
{
	static const unsigned modes[] = { S_IFREG | 0640, S_IFREG | 0620, S_IFREG | 0604,
		S_IFREG | 0602, S_IFREG | 0601, S_IFIFO | 0600, S_IFCHR | 0600 };
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(modes); i++) {
		fs.st.st_mode = modes[i];
		assert_refused(-EPERM);
	}
	fs.st.st_uid = 1000;
	assert_refused(-EPERM);
	fs.st.st_size++;
	assert_refused(-EMSGSIZE);
	fs.short_by = 1;
	assert_refused(-EMSGSIZE);
	fs.content[RECORD_HEADER] ^= 1;
	assert_refused(-EBADMSG);
	fs.now = false;
	assert_int_equal(carry_over_open(&(struct carry_over){ 0 }, PATH), -ENOENT);
}

static int save(const struct situation *s, bool vouched)
{
	uint8_t id[RECORD_ID_SIZE] = { 0 };
	int r;

	fs.open_fds = 0;
	r = carry_over_save(PATH, s, vouched, id);
	assert_int_equal(fs.open_fds, 0);
	assert_int_equal(id[0] != 0, r == 0);
	return r;
}

static void test_saved(void **state)
{
	struct situation no_uuid = here;
	struct record rec;
	uint8_t before[RECORD_BLOCK], drawn[2 * RECORD_BLOCK] = { 0 }, made[SHA256_SIZE];

	(void)state;
	fs.now = false;
	memset(drawn, random_byte + 1, RECORD_BLOCK);
	sha256(drawn, sizeof(drawn), made);
	assert_int_equal(save(&here, false), 0);
	assert_int_equal(record_parse(fs.content, RECORD_SECTOR, &rec), 0);
	assert_int_equal(rec.credit_bits, 256);
	assert_memory_equal(rec.uuid, here.uuid, UUID_SIZE);
	assert_int_equal(rec.issued_at, here.now);
	assert_memory_equal(rec.seed, made, sizeof(made));
	assert_memory_equal(rec.seed + sizeof(made), drawn, RECORD_BLOCK - sizeof(made));
	/* The first half of the new carry-over also depends on the older one. */
	memcpy(before, rec.seed, sizeof(before));
	assert_int_equal(save(&here, false), 0);
	assert_int_equal(record_parse(fs.content, RECORD_SECTOR, &rec), 0);
	assert_memory_not_equal(rec.seed, before, SHA256_SIZE);
	no_uuid.has_uuid = false;
	assert_int_equal(save(&no_uuid, false), 0);
	assert_int_equal(record_parse(fs.content, RECORD_SECTOR, &rec), 0);
	assert_int_equal(rec.credit_bits, 0);
	assert_false(record_bound(&rec));
}

static void test_not_saved(void **state)
{
	(void)state;
	fs.persistence = PERSISTENCE_NO;
	assert_int_equal(save(&here, false), -EMEDIUMTYPE);
	assert_int_equal(save(&here, true), 0);
	start(NULL);
	fs.random_error = -EAGAIN;
	assert_int_equal(save(&here, false), -EAGAIN);
	assert_int_equal(fs.replaced, 0);
	start(NULL);
	assert_int_equal(
		carry_over_save("/none/carry-over", &here, false, (uint8_t[RECORD_ID_SIZE]){ 0 }),
		-ENOENT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		{ "carry_over: a carry-over that was consumed is gone, also after a power cut",
			test_power_cut, start, NULL, NULL },
		{ "carry_over: a carry-over that cannot be removed durably is not credited",
			test_not_consumed, start, NULL, NULL },
		{ "carry_over: a file that others can access, or that is damaged, is refused and stays",
			test_not_roots, start, NULL, NULL },
		{ "carry_over: a new one is bound to this machine, and an older one is hashed into it",
			test_saved, start, NULL, NULL },
		{ "carry_over: none is saved by a kernel that is not ready, or on a file system that does not last",
			test_not_saved, start, NULL, NULL },
	};

	return cmocka_run_group_tests_name("carry_over", tests, NULL, NULL);
}
