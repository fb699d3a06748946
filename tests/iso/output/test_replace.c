/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/lib/lease.h"

#include "util/io.h"
#include "iso/output/replace.h"

#include <dirent.h>
#include <errno.h>
#include <signal.h>
#include <sys/file.h>
#include <sys/prctl.h>
#include <sys/xattr.h>

#define NOBODY 65534

/* --- helpers --- */

static struct stat status_of(const char *path)
{
	struct stat st;

	if (lstat(path, &st) < 0)
		fail_msg("%s: %s", path, strerror(errno));
	return st;
}

static void assert_content(const char *path, const char *content)
{
	size_t len;
	char *text = file_read(path, &len);

	assert_int_equal(len, strlen(content));
	assert_string_equal(text, content);
	free(text);
}

/* The path of the tests' folder, as seen from the working folder. */
static const char *top;

/* Each test begins in an empty working folder. */
static int enter(void **state)
{
	static unsigned number;
	char name[32];

	(void)state;
	snprintf(name, sizeof(name), "%u", ++number);
	return chdir(top ? top : temp_folder()->path) < 0 || mkdir(name, 0755) < 0 ? -1 :
										     chdir(name);
}

static unsigned count_entries(void)
{
	DIR *dir = opendir(".");
	unsigned n = 0;

	assert_non_null(dir);
	while (readdir(dir))
		n++;
	closedir(dir);
	return n - 2;
}

/* Finds the one entry that has the name of a temporary file. */
static bool find_temp(char name[NAME_MAX + 1])
{
	DIR *dir = opendir(".");
	struct dirent *e;

	assert_non_null(dir);
	name[0] = '\0';
	while ((e = readdir(dir)))
		if (strncmp(e->d_name, ".seedrive-", 10) == 0)
			strcpy(name, e->d_name);
	closedir(dir);
	return name[0] != '\0';
}

static int replace_with(const char *path, const char *content, const struct warning_sink *warn)
{
	struct replace r;
	int e = replace_open(&r, path, warn, NULL);

	if (e == 0)
		e = io_write(r.fd, content, strlen(content));
	if (e == 0)
		e = replace_commit(&r, NULL);
	replace_clear(&r);
	return e;
}

static int replace(const char *path, const char *content)
{
	return replace_with(path, content, NULL);
}

/* Leaves the temporary file of a run that was killed halfway. On a file system in which each file needs a name, any
 * such run leaves one; otherwise only a run that is killed between the two system calls of the commit does. */
static void leave(const char *path, const char *content, mode_t mode)
{
	struct replace r;
	char temp[NAME_MAX + 1];
	int fd;

	assert_int_equal(replace_open(&r, path, NULL, NULL), 0);
	strcpy(temp, r.temp);
	replace_clear(&r);
	fd = open(temp, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	assert_true(fd >= 0);
	assert_int_equal(write(fd, content, strlen(content)), strlen(content));
	assert_int_equal(fchmod(fd, mode), 0);
	close(fd);
}

/* Runs a child that is killed after it has written half of the file. Returns whether the child left a file, and puts
 * the name of that file into @temp. */
static bool killed_run(const char *path, const char *content, char temp[NAME_MAX + 1])
{
	pid_t pid = fork();
	int status;

	assert_true(pid >= 0);
	if (pid == 0) {
		struct replace r;

		if (replace_open(&r, path, NULL, NULL) < 0 ||
			io_write(r.fd, content, strlen(content)) < 0)
			_exit(1);
		raise(SIGKILL);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
	return find_temp(temp);
}

/* --- replacing --- */

static void test_new(void **state)
{
	struct stat st;
	mode_t mask = umask(0);

	(void)state;
	assert_int_equal(replace("out", "content"), 0);
	umask(mask);
	assert_content("out", "content");
	st = status_of("out");
	assert_int_equal(st.st_mode, S_IFREG | 0600);
	assert_int_equal(count_entries(), 1);
}

static void test_old_keeps_mode(void **state)
{
	static const mode_t modes[] = { 0644, 0600, 0400, 0666, 0755, 0000 };
	struct stat before, after;
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(modes); i++) {
		unlink("out");
		file_write("out", "old", 3);
		assert_int_equal(chmod("out", modes[i]), 0);
		before = status_of("out");
		assert_int_equal(replace("out", "new"), 0);
		after = status_of("out");
		assert_int_equal(after.st_mode, S_IFREG | modes[i]);
		assert_int_equal(after.st_uid, before.st_uid);
		assert_int_equal(after.st_gid, before.st_gid);
		assert_true(after.st_ino != before.st_ino);
		assert_int_equal(chmod("out", 0600), 0);
		assert_content("out", "new");
	}
}

static void test_old_leased(void **state)
{
	struct replace r;
	struct fault f;
	pid_t pid;

	(void)state;
	file_write("out", "old", 3);
	pid = lease_hold("out", 50);
	assert_int_equal(replace_open(&r, "out", NULL, &f), 0);
	lease_end(pid);
	assert_true(r.old_fd >= 0);
	replace_clear(&r);
}

/* Only root can check this fully; for another user there is only one possible owner. */
static void test_old_keeps_owner(void **state)
{
	const bool root = geteuid() == 0;
	struct stat st;

	(void)state;
	file_write("out", "old", 3);
	assert_int_equal(chown("out", root ? NOBODY : geteuid(), root ? NOBODY : getegid()), 0);
	assert_int_equal(replace("out", "new"), 0);
	st = status_of("out");
	assert_int_equal(st.st_uid, root ? NOBODY : geteuid());
	assert_int_equal(st.st_gid, root ? NOBODY : getegid());
}

static void test_not_before_commit(void **state)
{
	struct replace r;
	struct stat st;

	(void)state;
	file_write("out", "old", 3);
	assert_int_equal(replace_open(&r, "out", NULL, NULL), 0);
	assert_true(r.place.exists);
	assert_int_equal(r.place.st.st_ino, status_of("out").st_ino);
	assert_int_equal(io_write(r.fd, "new", 3), 0);
	assert_content("out", "old");
	/* The new file has no name, or only a temporary one. */
	assert_int_equal(count_entries(), r.anonymous ? 1 : 2);
	assert_int_equal(fstat(r.fd, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0600);
	assert_int_equal(st.st_nlink, r.anonymous ? 0 : 1);
	assert_int_equal(replace_commit(&r, NULL), 0);
	assert_content("out", "new");
	assert_int_equal(count_entries(), 1);
	replace_clear(&r);
	assert_content("out", "new");
}

static void test_clear_removes(void **state)
{
	struct replace r;

	(void)state;
	assert_int_equal(replace_open(&r, "out", NULL, NULL), 0);
	assert_false(r.place.exists);
	assert_int_equal(io_write(r.fd, "new", 3), 0);
	assert_int_equal(count_entries(), r.anonymous ? 0 : 1);
	replace_clear(&r);
	assert_int_equal(count_entries(), 0);
	replace_clear(&r);
	replace_clear(NULL);
}

/* Another process creates a folder with the file's name before the commit. */
static void test_commit_fails(void **state)
{
	struct replace r;

	(void)state;
	assert_int_equal(replace_open(&r, "out", NULL, NULL), 0);
	assert_int_equal(mkdir("out", 0755), 0);
	assert_int_equal(replace_commit(&r, NULL), -EEXIST);
	replace_clear(&r);
	assert_int_equal(count_entries(), 1);
	assert_true(S_ISDIR(status_of("out").st_mode));
}

static void test_link_target(void **state)
{
	(void)state;
	assert_int_equal(mkdir("below", 0755), 0);
	file_write("below/target", "old", 3);
	assert_int_equal(symlink("below/target", "link"), 0);
	assert_int_equal(symlink("link", "second"), 0);
	assert_int_equal(replace("second", "new"), 0);
	assert_true(S_ISLNK(status_of("second").st_mode));
	assert_true(S_ISLNK(status_of("link").st_mode));
	assert_true(S_ISREG(status_of("below/target").st_mode));
	assert_content("below/target", "new");
	assert_int_equal(count_entries(), 3);
}

/* --- files that cannot be replaced --- */

static void assert_refused(const char *path, int err, const char *words)
{
	const unsigned before = count_entries();
	struct replace r;
	struct fault f = { 0 };

	assert_int_equal(replace_open(&r, path, NULL, &f), err);
	if (!strstr(f.text, words))
		fail_msg("'%s' does not say '%s'", f.text, words);
	assert_true(r.fd < 0);
	replace_clear(&r);
	assert_int_equal(count_entries(), before);
}

static void test_refused(void **state)
{
	(void)state;
	assert_int_equal(mkdir("folder", 0755), 0);
	assert_int_equal(mkfifo("fifo", 0600), 0);
	assert_int_equal(symlink("nowhere", "dangling"), 0);
	assert_int_equal(symlink("loop", "loop"), 0);
	assert_int_equal(symlink("folder", "to-folder"), 0);
	file_write("file", "", 0);
	assert_refused("folder", -EISDIR, "folder: Is a directory");
	assert_refused("to-folder", -EISDIR, "to-folder: Is a directory");
	assert_refused(".", -EISDIR, ".: Is a directory");
	assert_refused("new/", -EISDIR, "new/: Is a directory");
	assert_refused("fifo", -EINVAL, "fifo: not a regular file");
	if (!top) /* in the second run there is no /dev */
		assert_refused("/dev/null", -EINVAL, "/dev/null: not a regular file");
	assert_refused("dangling", -EINVAL, "dangling: ");
	assert_refused("loop", -EINVAL, "loop: ");
	assert_refused("absent/out", -ENOENT, "absent/out: No such file or directory");
	assert_refused("file/out", -ENOTDIR, "file/out: Not a directory");
	assert_refused("", -EINVAL, "empty");
}

static void test_unwritable_folder(void **state)
{
	const bool root = geteuid() == 0;
	struct replace r;
	struct fault f;
	int e;

	(void)state;
	assert_int_equal(mkdir("closed", 0755), 0);
	file_write("closed/out", "old", 3);
	assert_int_equal(chmod("closed", 0555), 0);
	/* Root may write everywhere, so root switches to another user for a moment. */
	assert_int_equal(root ? seteuid(NOBODY) : 0, 0);
	e = replace_open(&r, "closed/out", NULL, &f);
	assert_int_equal(root ? seteuid(0) : 0, 0);
	assert_int_equal(e, -EACCES);
	assert_string_equal(f.text, "closed/out: Permission denied");
	replace_clear(&r);
	assert_int_equal(chmod("closed", 0755), 0);
	assert_content("closed/out", "old");
}

/* --- names --- */

static void test_longest_name(void **state)
{
	char name[NAME_MAX + 2];

	(void)state;
	memset(name, 'n', NAME_MAX);
	name[NAME_MAX] = '\0';
	assert_int_equal(replace(name, "one"), 0);
	assert_int_equal(replace(name, "two"), 0);
	assert_content(name, "two");
	assert_int_equal(count_entries(), 1);
	name[NAME_MAX] = 'n';
	name[NAME_MAX + 1] = '\0';
	assert_refused(name, -ENAMETOOLONG, "name too long");
}

static void test_long_path(void **state)
{
	char path[PATH_MAX + 100];
	size_t n;

	(void)state;
	for (n = 0; n < PATH_MAX; n += 2)
		memcpy(path + n, "./", 2);
	strcpy(path + PATH_MAX, "out");
	assert_refused(path, -ENAMETOOLONG, "name too long");
	path[PATH_MAX - 4] = '\0';
	strcat(path, "out");
	assert_int_equal(replace(path, "content"), 0);
	assert_content("out", "content");
}

static void test_two_names(void **state)
{
	struct replace a, b;

	(void)state;
	assert_int_equal(replace_open(&a, "a", NULL, NULL), 0);
	assert_int_equal(replace_open(&b, "b", NULL, NULL), 0);
	assert_string_not_equal(a.temp, b.temp);
	assert_int_equal(replace_commit(&b, NULL), 0);
	assert_int_equal(replace_commit(&a, NULL), 0);
	replace_clear(&a);
	replace_clear(&b);
	assert_int_equal(count_entries(), 2);
}

/* --- files left by other runs and users --- */

static void test_killed_run(void **state)
{
	char temp[NAME_MAX + 1], again[NAME_MAX + 1];
	unsigned left;

	(void)state;
	file_write("out", "old", 3);
	left = killed_run("out", "a long piece of the first one", temp);
	assert_content("out", "old");
	assert_int_equal(killed_run("out", "second", again), left);
	assert_string_equal(temp, again);
	assert_int_equal(count_entries(), 1 + left);
	if (left)
		assert_content(temp, "second");
	else
		leave("out", "third", 0600);
	assert_int_equal(replace("out", "new"), 0);
	assert_content("out", "new");
	assert_int_equal(count_entries(), 1);
}

/* The file is read-only for its owner, and a run was killed after it had copied the mode and before the rename. The
 * next run removes its temporary file, but does not disturb a run that is still writing. Root may write to every file,
 * so root switches to another user. */
static void test_killed_read_only(void **state)
{
	const bool root = geteuid() == 0;
	struct replace first, r;
	int killed, busy;

	(void)state;
	assert_int_equal(chmod(".", 0777), 0);
	assert_int_equal(root ? seteuid(NOBODY) : 0, 0);
	file_write("out", "old", 3);
	assert_int_equal(chmod("out", 0400), 0);
	leave("out", "half", 0400);
	killed = replace_open(&first, "out", NULL, NULL);
	assert_int_equal(killed, 0);
	assert_int_equal(fchmod(first.fd, 0400), 0);
	busy = replace_open(&r, "out", NULL, NULL);
	replace_clear(&r);
	assert_int_equal(io_write(first.fd, "new", 3), 0);
	assert_int_equal(replace_commit(&first, NULL), 0);
	replace_clear(&first);
	assert_int_equal(root ? seteuid(0) : 0, 0);
	assert_int_equal(busy, -EBUSY);
	assert_content("out", "new");
	assert_int_equal(status_of("out").st_mode & 0777, 0400);
	assert_int_equal(count_entries(), 1);
}

/* A file at the temporary path may belong to an attacker, so the program neither writes to it nor uses it. */
static void test_planted(void **state)
{
	char temp[NAME_MAX + 1];
	int held;

	(void)state;
	leave("out", "half", 0644);
	assert_true(find_temp(temp));
	held = open(temp, O_RDONLY | O_CLOEXEC);
	assert_int_equal(replace("out", "secret"), 0);
	assert_int_equal(lseek(held, 0, SEEK_END), 4);
	close(held);
	assert_content("out", "secret");
	/* The temporary path is a hard link to a valuable file. */
	file_write("dear", "dear", 4);
	assert_int_equal(chmod("dear", 0600), 0);
	assert_int_equal(link("dear", temp), 0);
	assert_int_equal(replace("out", "more"), 0);
	assert_content("dear", "dear");
	/* The temporary path is a symbolic link to that file. */
	assert_int_equal(symlink("dear", temp), 0);
	assert_int_equal(replace("out", "third"), 0);
	assert_content("dear", "dear");
	/* The temporary path is a FIFO, for which open(2) would wait. */
	assert_int_equal(mkfifo(temp, 0600), 0);
	assert_int_equal(replace("out", "fourth"), 0);
	assert_content("out", "fourth");
	assert_int_equal(status_of("out").st_mode, S_IFREG | 0600);
	assert_int_equal(count_entries(), 2);
}

static void test_planted_by_another_user(void **state)
{
	const bool root = geteuid() == 0;
	char temp[NAME_MAX + 1];
	int held;

	(void)state;
	leave("out", "half", 0600);
	assert_true(find_temp(temp));
	/* Only root can create a file that belongs to another user; other users test with a file that others may
	 * read. */
	assert_int_equal(root ? chown(temp, NOBODY, NOBODY) : chmod(temp, 0604), 0);
	held = open(temp, O_RDONLY | O_CLOEXEC);
	assert_int_equal(replace("out", "secret"), 0);
	assert_int_equal(lseek(held, 0, SEEK_END), 4);
	close(held);
	assert_int_equal(status_of("out").st_uid, geteuid());
}

/* --- two at once --- */

static void assert_busy(const char *path)
{
	struct replace r;
	struct fault f;

	assert_int_equal(replace_open(&r, path, NULL, &f), -EBUSY);
	if (!strstr(f.text, "out: another process is writing it") &&
		!strstr(f.text, "out: locked: "))
		fail_msg("%s", f.text);
	replace_clear(&r);
}

static void test_busy(void **state)
{
	struct replace first;

	(void)state;
	file_write("out", "old", 3);
	assert_int_equal(replace_open(&first, "out", NULL, NULL), 0);
	assert_int_equal(io_write(first.fd, "first", 5), 0);
	assert_busy("out");
	assert_busy("out");
	assert_int_equal(replace_commit(&first, NULL), 0);
	assert_content("out", "first");
	/* After the first run's commit, the next run may replace the file. */
	assert_int_equal(replace("out", "second"), 0);
	replace_clear(&first);
	assert_content("out", "second");
	assert_int_equal(count_entries(), 1);
}

/* A new file cannot be locked before it has a name, so two runs may both write one. The first run to commit creates the
 * file, and the second one fails. */
static void test_busy_new(void **state)
{
	struct replace first;
	struct fault f = { 0 };

	(void)state;
	assert_int_equal(replace_open(&first, "out", NULL, NULL), 0);
	assert_int_equal(io_write(first.fd, "first", 5), 0);
	if (first.anonymous) {
		assert_int_equal(replace("out", "second"), 0);
		assert_int_equal(replace_commit(&first, &f), -EEXIST);
		assert_string_equal(f.text, "out: was made by another process meanwhile");
	} else {
		assert_busy("out");
		assert_int_equal(replace_commit(&first, &f), 0);
	}
	assert_content("out", first.anonymous ? "second" : "first");
	replace_clear(&first);
	assert_int_equal(count_entries(), 1);
}

/* If a program that ignores locks has created or changed the file in the meantime, the file must not be replaced. */
static void test_changed_meanwhile(void **state)
{
	static const struct {
		const char *what, *content;
	} each[] = {
		{ "replaced", "other" },
		{ "rewritten", "other" },
		{ "removed", NULL },
		{ "a link", NULL },
	};
	struct replace r;
	struct fault f;
	size_t i;
	int e;

	(void)state;
	for (i = 0; i < COUNT(each); i++) {
		(void)unlink("out");
		file_write("out", "old", 3);
		assert_int_equal(replace_open(&r, "out", NULL, &f), 0);
		assert_int_equal(io_write(r.fd, "new", 3), 0);
		if (i != 1)
			assert_int_equal(unlink("out"), 0);
		if (i == 3)
			assert_int_equal(symlink("elsewhere", "out"), 0);
		if (each[i].content)
			file_write("out", each[i].content, strlen(each[i].content));
		e = replace_commit(&r, &f);
		replace_clear(&r);
		if (e != -ESTALE || !strstr(f.text, "meanwhile"))
			fail_msg("%s: %s", each[i].what, f.text);
		if (each[i].content)
			assert_content("out", each[i].content);
		assert_int_equal(count_entries(), i == 2 ? 0 : 1);
	}
}

/* If the old file has lost access rights in the meantime, the new file does not get them. */
static void test_mode_meanwhile(void **state)
{
	struct replace r;

	(void)state;
	file_write("out", "old", 3);
	assert_int_equal(chmod("out", 0644), 0);
	assert_int_equal(replace_open(&r, "out", NULL, NULL), 0);
	assert_int_equal(chmod("out", 0600), 0);
	assert_int_equal(replace_commit(&r, NULL), 0);
	replace_clear(&r);
	assert_int_equal(status_of("out").st_mode & 07777, 0600);
}

/* If the folder cannot be synced, there is only a warning, because the file has been replaced. */
static unsigned warnings;

static void hear(void *ctx, const char *text)
{
	(void)ctx;
	(void)text;
	warnings++;
}

static void test_folder_sync(void **state)
{
	const struct warning_sink sink = { hear, NULL };
	struct replace r;

	(void)state;
	warnings = 0;
	assert_int_equal(replace_open(&r, "out", &sink, NULL), 0);
	/* On an O_PATH descriptor, fsync(2) fails with EBADF, which is not one of the ignored errors. */
	assert_int_equal(dup2(open(".", O_PATH | O_CLOEXEC), r.place.dirfd), r.place.dirfd);
	assert_int_equal(io_write(r.fd, "new", 3), 0);
	assert_int_equal(replace_commit(&r, NULL), 0);
	replace_clear(&r);
	assert_int_equal(warnings, 1);
	assert_content("out", "new");
}

static int replace_in_box(const char *content)
{
	const struct warning_sink sink = { hear, NULL };

	return replace_with("box/out", content, &sink);
}

/* The caller may write and search the folder, but not list it. */
static void test_unreadable_folder(void **state)
{
	const bool root = geteuid() == 0;
	int first, second;

	(void)state;
	warnings = 0;
	assert_int_equal(mkdir("box", 0755), 0);
	assert_int_equal(chmod("box", root ? 0733 : 0333), 0);
	assert_int_equal(root ? seteuid(NOBODY) : 0, 0);
	/* The kernel has given /proc/self to root. */
	prctl(PR_SET_DUMPABLE, 1);
	first = replace_in_box("old");
	second = replace_in_box("new");
	assert_int_equal(root ? seteuid(0) : 0, 0);
	assert_int_equal(chmod("box", 0755), 0);
	assert_int_equal(first, 0);
	assert_int_equal(second, 0);
	assert_int_equal(warnings, 0);
	assert_content("box/out", "new");
}

/* --- access rights --- */

/* Sets an ACL that grants one more user read access (acl(5); linux/posix_acl_xattr.h): version 2, then tag, rights and
 * id of each entry. */
static void write_acl(const char *path, const char *name, uint16_t mask)
{
	const struct {
		uint32_t version;
		struct {
			uint16_t tag, perm;
			uint32_t id;
		} entry[5];
	} acl = { 2,
		{ { 0x01, 6, UINT32_MAX }, { 0x02, 4, 1234 }, { 0x04, 0, UINT32_MAX },
			{ 0x10, mask, UINT32_MAX }, { 0x20, 0, UINT32_MAX } } };

	if (setxattr(path, name, &acl, sizeof(acl), 0) < 0)
		fail_msg("%s: %s", name, strerror(errno));
}

static bool has_acl(const char *path)
{
	return getxattr(path, "system.posix_acl_access", NULL, 0) > 0;
}

static void test_default_acl(void **state)
{
	(void)state;
	write_acl(".", "system.posix_acl_default", 4);
	assert_int_equal(replace("out", "new"), 0);
	assert_int_equal(status_of("out").st_mode & 07777, 0600);
	assert_false(has_acl("out"));
	/* Copying the mode of an old file does not bring the ACL back. */
	assert_int_equal(chmod("out", 0640), 0);
	assert_int_equal(replace("out", "new"), 0);
	assert_int_equal(status_of("out").st_mode & 07777, 0640);
	assert_false(has_acl("out"));
}

static void test_old_acl(void **state)
{
	char before[128], after[128];
	ssize_t n;

	(void)state;
	file_write("out", "old", 3);
	write_acl("out", "system.posix_acl_access", 4);
	n = getxattr("out", "system.posix_acl_access", before, sizeof(before));
	assert_true(n > 0);
	assert_int_equal(replace("out", "new"), 0);
	assert_int_equal(getxattr("out", "system.posix_acl_access", after, sizeof(after)), n);
	assert_memory_equal(before, after, n);
	assert_int_equal(status_of("out").st_mode & 07777, 0640);
}

/* A user cannot give a file to a group that he is not a member of, so the group that the new file has gets no
 * rights. */
static void test_other_group(void **state)
{
	const bool root = geteuid() == 0;
	int e;

	(void)state;
	if (!root)
		return;
	file_write("out", "old", 3);
	assert_int_equal(chown("out", NOBODY, 1234), 0);
	assert_int_equal(chmod("out", 0640), 0);
	assert_int_equal(chmod(".", 0777), 0);
	assert_int_equal(setegid(NOBODY), 0);
	assert_int_equal(seteuid(NOBODY), 0);
	e = replace("out", "new");
	assert_int_equal(seteuid(0), 0);
	assert_int_equal(setegid(0), 0);
	assert_int_equal(e, 0);
	assert_int_equal(status_of("out").st_mode & 07777, 0600);
}

/* replace_commit() gives the temporary file the old file's mode, and then waits for the disk; the file must stay locked
 * during that time. */
static void test_busy_in_commit(void **state)
{
	struct replace first;

	(void)state;
	file_write("out", "old", 3);
	assert_int_equal(chmod("out", 0644), 0);
	assert_int_equal(replace_open(&first, "out", NULL, NULL), 0);
	assert_int_equal(io_write(first.fd, "first", 5), 0);
	assert_int_equal(fchmod(first.fd, 0644), 0);
	assert_busy("out");
	assert_int_equal(replace_commit(&first, NULL), 0);
	assert_content("out", "first");
	replace_clear(&first);
}

#define CHILDREN 4
#define COMMITS  40
#define SIZE     8192

static void replace_over_and_over(char letter)
{
	char content[SIZE + 1];
	int done = 0, r;

	memset(content, letter, SIZE);
	content[SIZE] = '\0';
	while (done < COMMITS) {
		r = replace("out", content);
		if (r < 0 && r != -EBUSY)
			_exit(-r);
		done += r == 0;
	}
	_exit(0);
}

static void assert_whole(void)
{
	char content[SIZE + 1];
	ssize_t n, i;
	int fd = open("out", O_RDONLY | O_CLOEXEC);

	assert_true(fd >= 0);
	n = read(fd, content, sizeof(content));
	close(fd);
	assert_int_equal(n, SIZE);
	for (i = 1; i < n; i++)
		assert_int_equal(content[i], content[0]);
}

static void test_many_at_once(void **state)
{
	char content[SIZE];
	int i, status, running = CHILDREN;
	pid_t pid;

	(void)state;
	memset(content, 'z', SIZE);
	file_write("out", content, SIZE);
	for (i = 0; i < CHILDREN; i++) {
		pid = fork();
		assert_true(pid >= 0);
		if (pid == 0)
			replace_over_and_over((char)('a' + i));
	}
	while (running > 0) {
		assert_whole();
		pid = waitpid(-1, &status, WNOHANG);
		if (pid == 0)
			continue;
		assert_true(pid > 0);
		running--;
		if (status != 0)
			fail_msg("a run ended with: %s", strerror(WEXITSTATUS(status)));
	}
	assert_whole();
	assert_int_equal(count_entries(), 1);
	assert_int_equal(status_of("out").st_mode & 0777, 0644);
}

static int outside = -1;

static int enter_bare(void **state)
{
	outside = open("/", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	top = "/";
	return temp_enter(state) < 0 || outside < 0 ? -1 : chroot(temp_folder()->path);
}

static int leave_bare(void **state)
{
	return fchdir(outside) < 0 || chroot(".") < 0 ? -1 : temp_leave(state);
}

#define IN_FOLDER(title, function)                 \
	{                                          \
		title, function, enter, NULL, NULL \
	}

int main(void)
{
	const struct CMUnitTest tests[] = {
		IN_FOLDER("replace: a new file is 0600, whatever the umask", test_new),
		IN_FOLDER("replace: an old file's mode is kept", test_old_keeps_mode),
		IN_FOLDER("replace: an old file's owner and group are kept", test_old_keeps_owner),
		IN_FOLDER(
			"replace: an old file is locked also if another process has a lease on it",
			test_old_leased),
		IN_FOLDER("replace: the old file is unchanged until the commit",
			test_not_before_commit),
		IN_FOLDER("replace: without a commit nothing is left behind", test_clear_removes),
		IN_FOLDER(
			"replace: a commit that fails leaves the old file unchanged, and no temporary file",
			test_commit_fails),
		IN_FOLDER("replace: the target of a symbolic link is replaced, and the link stays",
			test_link_target),
		IN_FOLDER(
			"replace: anything but a regular file is refused with a message, and nothing is made",
			test_refused),
		IN_FOLDER(
			"replace: a folder that may not be written is an error, and the old file is unchanged",
			test_unwritable_folder),
		IN_FOLDER(
			"replace: a name may be 255 bytes long, and no longer", test_longest_name),
		IN_FOLDER("replace: a path may be as long as the system allows, and no longer",
			test_long_path),
		IN_FOLDER("replace: two files in a folder do not get in each other's way",
			test_two_names),
		IN_FOLDER("replace: the next run removes what killed runs have left",
			test_killed_run),
		IN_FOLDER(
			"replace: one that was killed with an output of mode 0400 too, and no other",
			test_killed_read_only),
		IN_FOLDER(
			"replace: a file that others may have open or know by name is not written to",
			test_planted),
		IN_FOLDER(
			"replace: a file of another user under the temporary name is not written to",
			test_planted_by_another_user),
		IN_FOLDER("replace: a second run fails with a message while a first one is running",
			test_busy),
		IN_FOLDER(
			"replace: of two runs for one new file, one makes it, and the other fails",
			test_busy_new),
		IN_FOLDER(
			"replace: a file that was changed, replaced or removed meanwhile is not replaced",
			test_changed_meanwhile),
		IN_FOLDER("replace: rights that were removed meanwhile do not come back",
			test_mode_meanwhile),
		IN_FOLDER("replace: a folder that cannot be synced is a warning", test_folder_sync),
		IN_FOLDER("replace: a folder that may be written need not be readable",
			test_unreadable_folder),
		IN_FOLDER(
			"replace: the default ACL of the folder lets nobody in", test_default_acl),
		IN_FOLDER("replace: an old file's ACL is kept, or the group has no rights",
			test_old_acl),
		IN_FOLDER(
			"replace: a group that cannot be kept loses its rights", test_other_group),
		IN_FOLDER("replace: a second run fails also while the first one commits",
			test_busy_in_commit),
		IN_FOLDER(
			"replace: each of many runs replaces the whole file or fails, and no reader sees a part",
			test_many_at_once),
	};

	int failed = cmocka_run_group_tests_name("replace", tests, temp_enter, temp_leave);

	/* Run all tests again without /proc. A file without a name cannot be linked then, so temporary files have
	 * names. Only root can set this up. */
	if (geteuid() == 0)
		failed += cmocka_run_group_tests_name(
			"replace, named", tests, enter_bare, leave_bare);
	return failed;
}
