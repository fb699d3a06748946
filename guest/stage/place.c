/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Finds out on which file system the ledger is, and whether it may be written to. */
#include "guest/stage/place.h"

#include <string.h>

#include "guest/stage/lines.h"
#include "guest/stage/notes.h"
#include "guest/sys.h"

/* The ledger's folder and the folders above it. @units: the names of systemd's units that mount something there. */
static const struct {
	const char *path, *units[2];
} parts[] = {
	{ "/var", { "var.mount", "var.automount" } },
	{ "/var/lib", { "var-lib.mount", "var-lib.automount" } },
	{ PLACE_STORE, { "var-lib-seedrive.mount", "var-lib-seedrive.automount" } },
	{ PLACE_STORE "/ledger",
		{ "var-lib-seedrive-ledger.mount", "var-lib-seedrive-ledger.automount" } },
};

#define PARTS (sizeof(parts) / sizeof(*parts))

const char *place_shadowed(void)
{
	struct mount m;
	size_t i;

	for (i = 0; i < PARTS; i++)
		if (mounts_find(parts[i].path, &m))
			return parts[i].path;
	return NULL;
}

/* Is there such a unit? A symbolic link counts even if it leads nowhere: it may be meant for the time when @dir is the
 * root. */
static bool has_unit(const char *dir, const char *const units[2])
{
	static const char folders[][32] = { "/etc/systemd/system/", "/lib/systemd/system/",
		"/usr/lib/systemd/system/", "/usr/local/lib/systemd/system/" };
	char path[NOTES_PATH];
	struct stat st;
	size_t i, k;

	for (i = 0; i < sizeof(folders) / sizeof(*folders); i++)
		for (k = 0; k < 2; k++)
			if (sys_join(path, sizeof(path), dir, folders[i], units[k]) &&
				sys_stat_at(AT_FDCWD, path, AT_SYMLINK_NOFOLLOW, &st) == 0)
				return true;
	return false;
}

/* A line of an fstab(5). */
struct fstab_line {
	const char *point, *options, *pass; /* the last two are empty if they are missing */
};

static bool fstab_parse(char *line, struct fstab_line *ret)
{
	const char *words[6] = { "", "", "", "", "", "" };
	char *word;
	int i;

	for (i = 0; i < 6 && (word = lines_word(&line)); i++)
		words[i] = word;
	*ret = (struct fstab_line){ words[1], words[3], words[5] };
	return words[0][0] != '#' && i > 1;
}

/* Reads the next line that describes a file system. Returns: false at the end. */
static bool fstab_next(struct lines *l, struct fstab_line *ret)
{
	char *line;

	while ((line = lines_next(l)))
		if (fstab_parse(line, ret))
			return true;
	return false;
}

static int fstab_open(struct lines *l, const char *dir)
{
	char path[NOTES_PATH];

	return lines_open(l, sys_join(path, sizeof(path), dir, "/etc/fstab", "") ? path : "");
}

/* Is @point equal to @path, except for a slash at its end? */
static bool is_point(const char *point, const char *path)
{
	const char *rest = lines_begins(point, path);

	return rest && (!*rest || strcmp(rest, "/") == 0);
}

static bool in_fstab(const char *dir, const char *path)
{
	struct fstab_line line;
	struct lines l;
	bool found = false;

	if (fstab_open(&l, dir) == 0)
		while (!found && fstab_next(&l, &line))
			found = is_point(line.point, path);
	lines_close(&l);
	return found;
}

/* @dir: where root is mounted. Is another file system mounted on this part of it, or will one be? */
static bool is_separate(const char *dir, size_t part)
{
	const char *path = parts[part].path;
	char whole[NOTES_PATH];
	struct mount m;

	return (sys_join(whole, sizeof(whole), dir, path, "") && mounts_find(whole, &m)) ||
		has_unit(dir, parts[part].units) || in_fstab(dir, path);
}

const char *place_awaited(void)
{
	struct mount m;
	size_t i;

	for (i = 0; i < PARTS; i++)
		if (is_separate(notes_top, i) && !mounts_find(parts[i].path, &m))
			return parts[i].path;
	return NULL;
}

static bool type_is(const char *dir, const char *path, mode_t type)
{
	char whole[NOTES_PATH];
	struct stat st;
	const int how = type == S_IFLNK ? AT_SYMLINK_NOFOLLOW : 0;

	return sys_join(whole, sizeof(whole), dir, path, "") &&
		sys_stat_at(AT_FDCWD, whole, how, &st) == 0 && (st.st_mode & S_IFMT) == type;
}

bool place_foreign(const char *dir, const char *word, struct place_why *ret)
{
	size_t i;

	*ret = (struct place_why){ "the command line has ", word };
	if (word)
		return true;
	for (i = 0; i < PARTS; i++) {
		ret->what = parts[i].path;
		ret->why = type_is(dir, ret->what, S_IFLNK) ? " is a symbolic link" :
			is_separate(dir, i)                 ? " is a separate file system" :
							      NULL;
		if (ret->why)
			return true;
	}
	*ret = (struct place_why){ "it has no ", PLACE_STORE };
	return !type_is(dir, PLACE_STORE, S_IFDIR);
}

/* In an initramfs with systemd: was root checked before it was mounted? It was, if the unit that mounts root demands
 * that. */
static bool unit_asked_for_check(void)
{
	char path[NOTES_PATH];
	struct lines l;
	bool asked = false;
	const char *line;

	if (!notes_path(path, "/run/systemd/generator/sysroot.mount", ""))
		return false;
	if (lines_open(&l, path) == 0)
		while (!asked && (line = lines_next(&l)))
			asked = lines_begins(line, "Requires=") &&
				strstr(line, "systemd-fsck-root.service");
	lines_close(&l);
	return asked;
}

/* Other kinds of initramfs leave this file after they have checked root. If neither the file nor such a unit exists,
 * root counts as not checked. */
static bool was_checked(void)
{
	char path[NOTES_PATH];

	return (notes_path(path, "/run/initramfs/fsck-root", "") && sys_exists(path)) ||
		unit_asked_for_check();
}

/* Is @option one of the options in @options, which are separated by commas? */
static bool has_option(const char *options, const char *option)
{
	const char *at = options;

	while ((at = strstr(at, option))) {
		const char after = at[strlen(option)];

		if ((at == options || at[-1] == ',') && (after == ',' || after == '\0'))
			return true;
		at++;
	}
	return false;
}

bool place_protected(const char *dir, const struct mount *root, const char **ret_why)
{
	const bool checked = was_checked();
	struct fstab_line line;
	struct lines l;

	*ret_why = root->unrecovered ? "is mounted without journal recovery" : NULL;
	if (fstab_open(&l, dir) == 0)
		while (fstab_next(&l, &line)) {
			if (strcmp(line.point, "/") != 0)
				continue;
			if (has_option(line.options, "ro"))
				*ret_why = "is read-only in its fstab";
			if (!checked && *line.pass && strcmp(line.pass, "0") != 0)
				*ret_why = "has not been checked";
		}
	lines_close(&l);
	return *ret_why != NULL;
}
