/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * An input is what a guest has of its mounts: /proc/self/mountinfo, an fstab(5), the units of systemd, and what sysfs
 * shows of the devices below root (tests/fuzz/world.h). The mounts must be those that a second, plain parser finds in
 * the lines, and the verdicts on the ledger's folder must follow from them. The input may also say where root is
 * mounted; if a path there does not fit, the ledger's folder must not be trusted. And it may say which folder is the
 * root of the program itself; then the program must find no mount.
 *
 * FUZZ_WITH: guest/stage/mounts.c guest/stage/lines.c guest/stage/place.c guest/stage/notes.c guest/persistence.c guest/block.c util/hex.c
 */
#include "tests/fuzz/world.h"

#include "guest/persistence.h"
#include "guest/stage/notes.h"
#include "guest/stage/place.h"

#include <stdio.h>

#define LINE_MAX_KEPT 4095 /* how much of a line struct lines keeps */
#define FSCK_MARK     "/run/initramfs/fsck-root"
#define ROOT_UNIT     "/run/systemd/generator/sysroot.mount"
#define PATH_ROOM     (NOTES_PATH + 64)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct world_file world[WORLD_FILES] = { { .letter = 'm', .path = "/proc/self/mountinfo" },
	{ .letter = 'i', .path = "/proc/self/fdinfo/7" }, { .letter = 'f', .path = "/etc/fstab" },
	{ .letter = 'r', .path = "/root/etc/fstab" }, { .letter = 'c', .path = FSCK_MARK },
	{ .letter = 'y', .path = ROOT_UNIT }, { .letter = 'v', .path = "/root/var" },
	{ .letter = 'l', .path = "/root/var/lib" },
	{ .letter = 's', .path = "/root/var/lib/seedrive" },
	{ .letter = 'e', .path = "/root/var/lib/seedrive/ledger" },
	{ .letter = 'u', .path = "/root/etc/systemd/system" },
	{ .letter = 'U', .path = "/usr/lib/systemd/system" },
	{ .letter = 'b', .path = "/sys/dev/block/254:1" },
	{ .letter = 'a', .path = "/sys/class/block/vda1" },
	{ .letter = 'd', .path = "/sys/class/block/dm-0" },
	{ .letter = 'D', .path = "/sys/class/block/dm-0/slaves" },
	{ .letter = 'w', .path = "/sys/class/block/dm-0/dm/uuid" },
	{ .letter = 'x', .path = "/sys/fs/btrfs/00010203-0405-0607-0809-0a0b0c0d0e0f/devices" },
	{ .letter = 't', .path = "type" }, { .letter = 'R', .path = "where" },
	{ .letter = 'T', .path = "top" } };

/* The input has a letter for the file system; the kernel has a number. With a second letter it is read-only; with a
 * third one, fstat(2) fails. */
int sys_fstatfs(int fd, struct statfs *ret)
{
	static const struct {
		char letter;
		uint32_t magic;
	} rows[] = { { 'e', 0xef53 }, { 'x', 0x58465342 }, { 'b', 0x9123683e }, { 't', 0x01021994 },
		{ 'o', 0x794c7630 } };
	const struct world_file *f = world_find("type");
	size_t i;

	assert(fd == 7);
	memset(ret, 0, sizeof(*ret));
	for (i = 0; f && f->len > 0 && i < sizeof(rows) / sizeof(*rows); i++)
		if (rows[i].letter == (char)f->text[0])
			ret->f_type = rows[i].magic;
	if (f && f->len > 1)
		ret->f_flags = 1; /* ST_RDONLY */
	return f ? 0 : -EIO;
}

int sys_fstat(int fd, struct stat *ret)
{
	const struct world_file *f = world_find("type");

	assert(fd == 7);
	if (f && f->len > 2)
		return -EIO;
	memset(ret, 0, sizeof(*ret));
	ret->st_dev = 254 << 8 | 1;
	return 0;
}

int sys_ioctl(int fd, unsigned long what, void *arg)
{
	int i;

	(void)what;
	assert(fd == 7);
	for (i = 0; i < 16; i++)
		((uint8_t *)arg)[16 + i] = (uint8_t)i;
	return world_find("/sys/fs/btrfs/00010203-0405-0607-0809-0a0b0c0d0e0f/devices") ? 0 :
											  -ENOTTY;
}

/* --- the second parser --- */

/* Returns the field, which a space or the end of the line ends; NULL if the line has fewer fields. */
static const char *field(const char *line, int number, size_t *ret_len)
{
	while (number-- > 0) {
		line = strchr(line, ' ');
		if (!line)
			return NULL;
		line++;
	}
	*ret_len = strcspn(line, " ");
	return line;
}

static bool is_escape(const char *text, size_t left)
{
	return left >= 4 && text[0] == '\\' && text[1] >= '0' && text[1] <= '3' && text[2] >= '0' &&
		text[2] <= '7' && text[3] >= '0' && text[3] <= '7';
}

/* Is the field, with its escapes decoded, equal to @path? A zero byte that comes from an escape ends the field. */
static bool field_is(const char *text, size_t len, const char *path)
{
	size_t i = 0;

	while (i < len) {
		int c = (unsigned char)text[i];

		if (is_escape(text + i, len - i)) {
			c = (text[i + 1] - '0') * 64 + (text[i + 2] - '0') * 8 + text[i + 3] - '0';
			i += 3;
		}
		i++;
		if (c == '\0')
			break;
		if ((unsigned char)*path != c)
			return false;
		path++;
	}
	return *path == '\0';
}

static bool option_first(const char *text, size_t len, const char *word)
{
	const size_t n = strlen(word);

	return len >= n && memcmp(text, word, n) == 0 && (len == n || text[n] == ',');
}

static bool line_about(const char *line, const char *point, bool *ret_writable)
{
	size_t at_len, options_len, len = 0;
	const char *at = field(line, 4, &at_len), *options = field(line, 5, &options_len),
		   *super = NULL;
	int i = 6;

	if (!at || !options || !field_is(at, at_len, point))
		return false;
	while ((super = field(line, i, &len)) && !(len == 1 && *super == '-'))
		i++;
	super = super ? field(line, i + 3, &len) : NULL;
	*ret_writable =
		option_first(options, options_len, "rw") && super && strncmp(super, "rw", 2) == 0;
	return true;
}

/* Copies the line at @at of the file. Returns: false at the end of the file. */
static bool copy_line(const struct world_file *f, size_t *at, char line[LINE_MAX_KEPT + 1])
{
	const uint8_t *end;
	size_t n, kept;

	if (!f || *at >= f->len)
		return false;
	end = memchr(f->text + *at, '\n', f->len - *at);
	n = end ? (size_t)(end - (f->text + *at)) : f->len - *at;
	kept = n < LINE_MAX_KEPT ? n : LINE_MAX_KEPT;
	memcpy(line, f->text + *at, kept);
	line[kept] = '\0';
	*at += n + 1;
	return true;
}

static bool find_plainly(const char *point, bool *ret_writable)
{
	const struct world_file *f = world_find("/proc/self/mountinfo");
	char line[LINE_MAX_KEPT + 1];
	bool found = false;
	size_t at = 0;

	while (!*notes_top && copy_line(f, &at, line))
		found |= line_about(line, point, ret_writable);
	return found;
}

/* Was root checked before it was mounted? */
static bool checked_plainly(void)
{
	const struct world_file *f = world_find(ROOT_UNIT);
	char line[LINE_MAX_KEPT + 1];
	bool checked = world_find(FSCK_MARK) != NULL;
	size_t at = 0;

	while (copy_line(f, &at, line))
		checked |= strncmp(line, "Requires=", 9) == 0 &&
			strstr(line, "systemd-fsck-root.service");
	return checked && !*notes_top;
}

/* --- the properties that must hold --- */

static bool check_point(const char *point)
{
	struct mount m = { 0 };
	bool writable = false;
	const bool found = find_plainly(point, &writable);

	assert(mounts_find(point, &m) == found);
	assert(!found || m.writable == writable);
	return found;
}

/* Does systemd on root have a unit that mounts something on the ledger's folder or above it? */
static bool has_unit_plainly(const char *dir)
{
	static const char *const units[] = { "var", "var-lib", "var-lib-seedrive",
		"var-lib-seedrive-ledger" };
	char path[PATH_ROOM + 64];
	struct stat st;
	bool any = false;
	size_t i;

	for (i = 0; i < 2 * sizeof(units) / sizeof(*units); i++) {
		snprintf(path, sizeof(path), "%s/etc/systemd/system/%s.%s", dir, units[i / 2],
			i % 2 ? "automount" : "mount");
		any |= strlen(path) < NOTES_PATH &&
			sys_stat_at(AT_FDCWD, path, AT_SYMLINK_NOFOLLOW, &st) == 0;
	}
	return any;
}

/* @dir: where root is mounted. */
static void check_root(const char *dir)
{
	char var[PATH_ROOM + 8], store[PATH_ROOM + sizeof(PLACE_STORE)];
	struct mount root = { 0 };
	struct place_why why;
	const char *reason = NULL;
	bool foreign;

	snprintf(var, sizeof(var), "%s/var", dir);
	snprintf(store, sizeof(store), "%s" PLACE_STORE, dir);
	assert(place_foreign(dir, "word", &why) && why.what && why.why);
	foreign = place_foreign(dir, NULL, &why);
	assert(foreign || (!check_point(var) && !check_point(store)));
	assert(foreign || (strlen(store) < NOTES_PATH && !has_unit_plainly(dir)));
	assert(place_protected(dir, &root, &reason) == (reason != NULL));
	assert(!reason || strcmp(reason, "has not been checked") != 0 || !checked_plainly());
	root.unrecovered = true;
	assert(place_protected(dir, &root, &reason) && reason);
}

static void check_place(void)
{
	static const char *const parts[] = { "/var", "/var/lib", PLACE_STORE,
		PLACE_STORE "/ledger" };
	const char *first = NULL;
	size_t i;

	for (i = 0; i < sizeof(parts) / sizeof(*parts); i++)
		if (check_point(parts[i]) && !first)
			first = parts[i];
	assert(place_shadowed() ? first && strcmp(place_shadowed(), first) == 0 : !first);
	(void)place_awaited();
}

/* If the kernel's description shows that the folder is persistent, the caller's word must not change the verdict. */
static void check_persistence(void)
{
	const enum persistence plain = persistence_of(7, false), vouched = persistence_of(7, true);

	assert(plain == PERSISTENCE_NO || plain == vouched);
	assert(vouched == PERSISTENCE_NO || sys_fstat(7, &(struct stat){ 0 }) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char dir[PATH_ROOM], top[PATH_ROOM];

	world_begin(data, size);
	world_text("where", dir, sizeof(dir));
	world_text("top", top, sizeof(top));
	notes_top = top;
	(void)check_point("/");
	(void)check_point("/root");
	check_place();
	check_root(world_find("where") ? dir : "/root");
	check_persistence();
	notes_top = "";
	return 0;
}
