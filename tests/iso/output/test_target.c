/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/lib/lease.h"

#include "util/io.h"
#include "iso/output/output.h"
#include "iso/output/target.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/resource.h>

static int enter(void **state)
{
	static unsigned number;
	char name[32];

	(void)state;
	umask(022);
	snprintf(name, sizeof(name), "%u", ++number);
	return chdir(temp_folder()->path) < 0 || mkdir(name, 0755) < 0 ? -1 : chdir(name);
}

static struct stat look(const char *path)
{
	struct stat st;

	assert_int_equal(stat(path, &st), 0);
	return st;
}

static void open_it(struct target *t, const char *path)
{
	struct fault f = { 0 };

	if (target_open(t, path, &f) < 0)
		fail_msg("%s", f.text);
}

static void write_all(struct target *t, const char *text)
{
	assert_int_equal(target_begin(t, strlen(text)), 0);
	assert_int_equal(io_write(t->fd, text, strlen(text)), 0);
}

static void assert_content(const char *path, const char *want)
{
	size_t len;
	char *text = file_read(path, &len);

	assert_string_equal(text, want);
	free(text);
}

static void test_new(void **state)
{
	struct target t;

	(void)state;
	open_it(&t, "out");
	assert_true(t.created);
	write_all(&t, "whole");
	assert_int_equal(target_end(&t), 0);
	target_clear(&t);
	assert_content("out", "whole");
	assert_int_equal(look("out").st_mode, S_IFREG | 0600);
}

static void test_umask(void **state)
{
	struct target t;

	(void)state;
	umask(0777);
	open_it(&t, "out");
	write_all(&t, "whole");
	assert_int_equal(target_end(&t), 0);
	target_clear(&t);
	assert_int_equal(look("out").st_mode, S_IFREG | 0600);
}

static void test_in_place(void **state)
{
	struct target t;
	struct stat before;
	char text[8] = "";
	int fd;

	(void)state;
	file_write("out", "something that was there", 24);
	assert_int_equal(chmod("out", 0640), 0);
	assert_int_equal(link("out", "other"), 0);
	assert_int_equal(symlink("out", "link"), 0);
	before = look("out");
	fd = open("out", O_RDONLY | O_CLOEXEC);
	open_it(&t, "link");
	assert_false(t.created);
	/* Opening it has not changed the file. */
	assert_content("out", "something that was there");
	write_all(&t, "whole");
	assert_int_equal(target_end(&t), 0);
	target_clear(&t);
	assert_int_equal(look("out").st_ino, before.st_ino);
	assert_int_equal(look("out").st_mode, S_IFREG | 0640);
	assert_content("other", "whole");
	/* A descriptor that was opened before reads the new content. */
	assert_int_equal(read(fd, text, sizeof(text)), 5);
	assert_string_equal(text, "whole");
	close(fd);
}

static void test_leased(void **state)
{
	struct target t;
	pid_t pid;

	(void)state;
	file_write("out", "before", 6);
	pid = lease_hold("out", 50);
	open_it(&t, "out");
	lease_end(pid);
	write_all(&t, "now");
	assert_int_equal(target_end(&t), 0);
	target_clear(&t);
	assert_content("out", "now");
}

static void test_given_up(void **state)
{
	struct target t;

	(void)state;
	file_write("old", "old", 3);
	open_it(&t, "old");
	target_clear(&t);
	assert_content("old", "old");

	open_it(&t, "old");
	write_all(&t, "half");
	target_clear(&t);
	assert_int_equal(look("old").st_size, 0);

	open_it(&t, "new");
	write_all(&t, "half");
	target_clear(&t);
	assert_int_equal(access("new", F_OK), -1);
}

/* Before an old image is overwritten, only its primary volume descriptor is zeroed: if the power is cut before the
 * zeros are on the disk, the old image is still complete. Then the file gets the size of the new image. */
static void test_old_head(void **state)
{
	static uint8_t old[200 << 10], zeros[100 << 10];
	const size_t at = 32 << 10, after = at + 4096, size = 100 << 10;
	struct target t;
	char *now;
	size_t len;

	(void)state;
	memset(old, 'x', sizeof(old));
	file_write("old", old, sizeof(old));
	open_it(&t, "old");
	assert_int_equal(target_begin(&t, size), 0);
	now = file_read("old", &len);
	assert_int_equal(len, size);
	assert_memory_equal(now, old, at);
	assert_memory_equal(now + at, zeros, after - at);
	assert_memory_equal(now + after, old, size - after);
	free(now);
	target_clear(&t);
	assert_int_equal(look("old").st_size, 0);

	file_write("old", old, 10 << 10);
	open_it(&t, "old");
	assert_int_equal(target_begin(&t, size), 0);
	now = file_read("old", &len);
	assert_int_equal(len, size);
	assert_memory_equal(now + (10 << 10), zeros, size - (10 << 10));
	free(now);
	assert_int_equal(target_end(&t), 0);
	target_clear(&t);
}

static void test_link_to_nothing(void **state)
{
	struct target t;

	(void)state;
	assert_int_equal(symlink("made", "link"), 0);
	open_it(&t, "link");
	write_all(&t, "whole");
	assert_int_equal(target_end(&t), 0);
	target_clear(&t);
	assert_content("made", "whole");
}

static void test_refused(void **state)
{
	struct fault f = { 0 };
	struct target t;

	(void)state;
	assert_int_equal(mkdir("d", 0755), 0);
	assert_int_equal(target_open(&t, "d", &f), -EISDIR);
	assert_string_equal(f.text, "d: Is a directory");
	target_clear(&t);
	assert_int_equal(target_open(&t, "no/where", &f), -ENOENT);
	assert_string_equal(f.text, "no/where: No such file or directory");
	target_clear(&t);
	assert_int_equal(target_open(&t, "", &f), -ENOENT);
	target_clear(&t);
}

static void test_no_room(void **state)
{
	const struct rlimit limit = { 4096, RLIM_INFINITY };
	const struct rlimit none = { RLIM_INFINITY, RLIM_INFINITY };
	struct target t;
	int r;

	(void)state;
	signal(SIGXFSZ, SIG_IGN);
	file_write("old", "old", 3);
	open_it(&t, "old");
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
	r = target_begin(&t, 1 << 20);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &none), 0);
	assert_int_equal(r, -EFBIG);
	target_clear(&t);
	assert_content("old", "old");
	/* This is more bytes than any disk has. */
	open_it(&t, "old");
	assert_int_equal(target_begin(&t, UINT64_C(1) << 60) < 0, true);
	target_clear(&t);
	assert_content("old", "old");
	assert_true(look("old").st_blocks <= 8);
}

/* A file that a virtual machine or another run has locked is refused. So is a file in whose place there is now one of
 * another kind. */
static void test_in_use(void **state)
{
	const struct flock lock = {
		.l_type = F_RDLCK, .l_whence = SEEK_SET, .l_start = 101, .l_len = 1
	};
	struct fault f = { 0 };
	struct target t, other;
	int fd;

	(void)state;
	file_write("out", "old", 3);
	fd = open("out", O_RDONLY | O_CLOEXEC);
	assert_int_equal(fcntl(fd, F_OFD_SETLK, &lock), 0);
	assert_int_equal(target_open(&t, "out", &f), -EBUSY);
	assert_non_null(strstr(f.text, "out: locked: in use by a running virtual machine"));
	target_clear(&t);
	close(fd);
	open_it(&t, "out");
	assert_int_equal(target_open(&other, "out", &f), -EBUSY);
	target_clear(&other);
	target_clear(&t);
	assert_content("out", "old");
	assert_int_equal(target_open(&t, "/dev/null", &f), -ESTALE);
	target_clear(&t);
}

/* If a device node is missing, no regular file is created in its place, even if the path is a symbolic link to it. */
static void test_devices(void **state)
{
	struct stat dev, root;
	struct fault f = { 0 };
	struct target t;

	(void)state;
	assert_int_equal(stat("/dev", &dev) < 0 || stat("/", &root) < 0, 0);
	if (dev.st_dev == root.st_dev || access("/dev", W_OK) < 0)
		return;
	assert_int_equal(symlink("/dev/seedrive-no-such-disk", "link"), 0);
	assert_int_equal(target_open(&t, "/dev/seedrive-no-such-disk", &f), -ENODEV);
	target_clear(&t);
	assert_int_equal(target_open(&t, "link", &f), -ENODEV);
	target_clear(&t);
	assert_int_equal(access("/dev/seedrive-no-such-disk", F_OK), -1);
}

/* An error in the last step leaves no image; here close(2) fails, as it can on a network file system. */
static void test_closed_badly(void **state)
{
	struct target t;

	(void)state;
	file_write("old", "old", 3);
	open_it(&t, "old");
	write_all(&t, "whole");
	close(t.fd);
	assert_int_equal(target_end(&t), -EBADF);
	t.fd = -1;
	target_clear(&t);
	assert_int_equal(look("old").st_size, 0);
}

static void test_pipe(void **state)
{
	struct stream stream = { .fd = -1 };
	struct output o = { .kind = &output_stream, .path = "pipe", .state = &stream };
	char text[8] = "";
	bool placed;
	int fd, to;

	(void)state;
	assert_int_equal(mkfifo("pipe", 0600), 0);
	fd = open("pipe", O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	assert_int_equal(output_target("pipe"), OUTPUT_STREAM);
	assert_int_equal(o.kind->open(&o, NULL), 0);
	assert_int_equal(o.kind->begin(&o, 5, &to, &placed, NULL), 0);
	assert_false(placed);
	assert_int_equal(io_write(to, "whole", 5), 0);
	assert_int_equal(o.kind->end(&o, NULL, NULL, NULL), 0);
	o.kind->close(&o);
	assert_int_equal(read(fd, text, sizeof(text)), 5);
	assert_string_equal(text, "whole");
	close(fd);
	assert_true(S_ISFIFO(look("pipe").st_mode));
}

/* Opens @path as standard output, and returns whether the image could be written in place there. */
static bool placed_as(const char *path, int flags, off_t at)
{
	const int saved = dup(STDOUT_FILENO), fd = open(path, flags | O_CLOEXEC, 0600);
	enum output_target found;

	assert_true(saved >= 0 && fd >= 0);
	fflush(stdout);
	assert_int_equal(lseek(fd, at, SEEK_SET), at);
	assert_int_equal(dup2(fd, STDOUT_FILENO), STDOUT_FILENO);
	found = output_target(NULL);
	assert_int_equal(dup2(saved, STDOUT_FILENO), STDOUT_FILENO);
	close(saved);
	close(fd);
	return found == OUTPUT_FILE;
}

static void test_standard_output(void **state)
{
	(void)state;
	file_write("out", "0123", 4);
	assert_true(placed_as("out", O_WRONLY, 0));
	assert_false(placed_as("out", O_WRONLY, 4));
	assert_false(placed_as("out", O_WRONLY | O_APPEND, 0));
	assert_content("out", "0123");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define EACH(title, function) { title, function, enter, NULL, NULL }
		EACH("target: a new file is 0600", test_new),
		EACH("target: ... whatever the umask", test_umask),
		EACH("target: an old file keeps inode, mode, links and readers; opening changes nothing",
			test_in_place),
		EACH("target: another process's lease on an old file is waited for", test_leased),
		EACH("target: without an end, an old file is empty and a new one removed",
			test_given_up),
		EACH("target: an old image is invalidated first, and gets the size of the new one",
			test_old_head),
		EACH("target: the missing target of a symbolic link is created",
			test_link_to_nothing),
		EACH("target: a folder, and a path in a missing folder, are refused with a message",
			test_refused),
		EACH("target: without space, the old file is unchanged", test_no_room),
		EACH("target: a file that is locked, or no longer a regular file, is refused",
			test_in_use),
		EACH("target: no regular file is created in the place of a missing device",
			test_devices),
		EACH("target: an error in the last step leaves no image", test_closed_badly),
		EACH("target: a FIFO is written from its beginning to its end", test_pipe),
		EACH("target: standard output is written in place only if it is a file at offset 0",
			test_standard_output),
	};

	return cmocka_run_group_tests_name("target", tests, temp_enter, temp_leave);
}
