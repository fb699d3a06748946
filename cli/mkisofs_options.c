/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cli/mkisofs_options.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

/* clang-format off */
static const struct mkisofs_option honoured_genisoimage[] = {
	{ "o",                      1, OPT_OUTPUT,         NULL },
	{ "output",                 1, OPT_OUTPUT,         NULL },
	{ "V",                      1, OPT_LABEL,          NULL },
	{ "volid",                  1, OPT_LABEL,          NULL },
	{ "P",                      1, OPT_PUBLISHER,      NULL },
	{ "publisher",              1, OPT_PUBLISHER,      NULL },
	{ "p",                      1, OPT_PREPARER,       NULL },
	{ "preparer",               1, OPT_PREPARER,       NULL },
	{ "A",                      1, OPT_APPLICATION,    NULL },
	{ "appid",                  1, OPT_APPLICATION,    NULL },
	{ "sysid",                  1, OPT_SYSTEM,         NULL },
	{ "volset",                 1, OPT_VOLUME_SET,     NULL },
	{ "J",                      0, OPT_JOLIET,         NULL },
	{ "joliet",                 0, OPT_JOLIET,         NULL },
	{ "joliet-long",            0, OPT_JOLIET_LONG,    NULL },
	{ "jcharset",               1, OPT_JOLIET_CHARSET, NULL },
	{ "R",                      0, OPT_ROCK,           NULL },
	{ "rock",                   0, OPT_ROCK,           NULL },
	{ "r",                      0, OPT_RATIONAL,       NULL },
	{ "rational-rock",          0, OPT_RATIONAL,       NULL },
	{ "uid",                    1, OPT_UID,            NULL },
	{ "gid",                    1, OPT_GID,            NULL },
	{ "file-mode",              1, OPT_FILE_MODE,      NULL },
	{ "dir-mode",               1, OPT_DIR_MODE,       NULL },
	{ "new-dir-mode",           1, OPT_NEW_DIR_MODE,   NULL },
	{ "l",                      0, OPT_FULL,           NULL },
	{ "full-iso9660-filenames", 0, OPT_FULL,           NULL },
	{ "max-iso9660-filenames",  0, OPT_LONGEST,        NULL },
	{ "allow-lowercase",        0, OPT_LOWERCASE,      NULL },
	{ "relaxed-filenames",      0, OPT_RELAXED,        NULL },
	{ "U",                      0, OPT_UNTRANSLATED,   NULL },
	{ "untranslated-filenames", 0, OPT_UNTRANSLATED,   NULL },
	{ "N",                      0, OPT_NO_VERSION,     NULL },
	{ "omit-version-number",    0, OPT_NO_VERSION,     NULL },
	{ "d",                      0, OPT_NO_PERIOD,      NULL },
	{ "omit-period",            0, OPT_NO_PERIOD,      NULL },
	{ "iso-level",              1, OPT_ISO_LEVEL,      NULL },
	{ "allow-limited-size",     0, OPT_LARGE_FILES,    NULL },
	{ "input-charset",          1, OPT_CHARSET,        NULL },
	{ "output-charset",         1, OPT_CHARSET,        NULL },
	{ "graft-points",           0, OPT_GRAFT,          NULL },
	{ "f",                      0, OPT_FOLLOW,         NULL },
	{ "follow-links",           0, OPT_FOLLOW,         NULL },
	{ "m",                      1, OPT_EXCLUDE,        NULL },
	{ "exclude",                1, OPT_EXCLUDE,        NULL },
	{ "x",                      1, OPT_EXCLUDE,        NULL },
	{ "old-exclude",            1, OPT_EXCLUDE,        NULL },
	{ "nobak",                  0, OPT_NO_BACKUPS,     NULL },
	{ "no-bak",                 0, OPT_NO_BACKUPS,     NULL },
	{ "quiet",                  0, OPT_QUIET,          NULL },
	{ "version",                0, OPT_VERSION,        NULL },
	{ "help",                   0, OPT_HELP,           NULL },
	{ 0 },
};

static const struct mkisofs_option honoured_xorrisofs[] = {
	{ "norock",                 0, OPT_NOROCK,         NULL },
	{ "seed",                   1, OPT_SEED_MODE,      NULL }, /* our own option */
	{ "joliet-utf16",           0, OPT_JOLIET_UTF16,   NULL },
	{ "partition_cyl_align",    1, OPT_ALIGN,          NULL },
	{ 0 },
};

/* Options that are accepted without effect. They change nothing that a reader of the image could see, or nothing by the
 * rules of iso/names.h, or nothing without another option, which is refused. */
static const struct mkisofs_option accepted_genisoimage[] = {
	{ "L",                           0, OPT_ACCEPTED, NULL },
	{ "ldots",                       0, OPT_ACCEPTED, NULL },
	{ "allow-leading-dots",          0, OPT_ACCEPTED, NULL },
	{ "allow-multidot",              0, OPT_ACCEPTED, NULL },
	{ "cache-inodes",                0, OPT_ACCEPTED, NULL },
	{ "no-cache-inodes",             0, OPT_ACCEPTED, NULL },
	{ "pad",                         0, OPT_ACCEPTED, NULL },
	{ "no-pad",                      0, OPT_ACCEPTED, NULL },
	{ "v",                           0, OPT_ACCEPTED, NULL },
	{ "verbose",                     0, OPT_ACCEPTED, NULL },
	{ "debug",                       0, OPT_ACCEPTED, NULL },
	{ "gui",                         0, OPT_ACCEPTED, NULL },
	{ "log-file",                    1, OPT_ACCEPTED, NULL },
	{ "D",                           0, OPT_ACCEPTED, NULL },
	{ "disable-deep-relocation",     0, OPT_ACCEPTED, NULL },
	{ "hide-rr-moved",               0, OPT_ACCEPTED, NULL },
	{ "hide-joliet-trans-tbl",       0, OPT_ACCEPTED, NULL },
	{ "no-split-symlink-components", 0, OPT_ACCEPTED, NULL },
	{ "no-split-symlink-fields",     0, OPT_ACCEPTED, NULL },
	{ "sort",                        1, OPT_ACCEPTED, NULL },
	{ "ucs-level",                   1, OPT_ACCEPTED, NULL },
	{ "check-oldnames",              0, OPT_ACCEPTED, NULL },
	{ "force-rr",                    0, OPT_ACCEPTED, NULL },
	{ "no-rr",                       0, OPT_ACCEPTED, NULL },
	{ "apple",                       0, OPT_ACCEPTED, NULL },
	{ "no-emul-boot",                0, OPT_ACCEPTED, NULL },
	{ "hard-disk-boot",              0, OPT_ACCEPTED, NULL },
	{ "no-boot",                     0, OPT_ACCEPTED, NULL },
	{ "boot-load-seg",               1, OPT_ACCEPTED, NULL },
	{ "boot-load-size",              1, OPT_ACCEPTED, NULL },
	{ "boot-info-table",             0, OPT_ACCEPTED, NULL },
	{ 0 },
};

static const struct mkisofs_option accepted_xorrisofs[] = {
	{ "ignore-error",                0, OPT_ACCEPTED, NULL }, /* an option of another mkisofs */
	{ "rr_reloc_dir",                1, OPT_ACCEPTED, NULL },
	{ "old-empty",                   0, OPT_ACCEPTED, NULL },
	{ "no-emul-toc",                 0, OPT_ACCEPTED, NULL },
	{ "stdio_sync",                  1, OPT_ACCEPTED, NULL },
	{ "sort-weight",                 2, OPT_ACCEPTED, NULL },
	{ "sort-weight-list",            1, OPT_ACCEPTED, NULL },
	{ "sort-weight-patterns",        1, OPT_ACCEPTED, NULL },
	{ "no_rc",                       0, OPT_ACCEPTED, NULL },
	{ 0 },
};
/* clang-format on */

const struct mkisofs_options mkisofs_options[] = {
	{ honoured_genisoimage, true },
	{ accepted_genisoimage, true },
	{ mkisofs_refused_genisoimage, true },
	{ honoured_xorrisofs, false },
	{ accepted_xorrisofs, false },
	{ mkisofs_refused_xorrisofs, false },
};

const size_t mkisofs_options_count = sizeof(mkisofs_options) / sizeof(*mkisofs_options);

const struct mkisofs_option *mkisofs_option_letter(char letter)
{
	const struct mkisofs_option *row;
	size_t i;

	for (i = 0; i < mkisofs_options_count; i++)
		for (row = mkisofs_options[i].row; row->name; row++)
			if (row->name[0] == letter && !row->name[1])
				return row;
	return NULL;
}

/* The options that an abbreviation may mean. Several names of the same option do not make it ambiguous. */
struct candidates {
	const struct mkisofs_option *first;
	bool several;
	char list[400];
	size_t len;
};

static bool is_same(const struct mkisofs_option *a, const struct mkisofs_option *b)
{
	return a->id == b->id && a->id != OPT_ACCEPTED && a->id != OPT_REFUSED;
}

static void add_candidate(struct candidates *c, const struct mkisofs_option *row)
{
	const size_t left = sizeof(c->list) - c->len;
	const int n = snprintf(c->list + c->len, left, "%s-%s", c->first ? ", " : "", row->name);

	if (!c->first)
		c->first = row;
	else if (!is_same(c->first, row))
		c->several = true;
	if (n > 0 && (size_t)n < left)
		c->len += (size_t)n;
	else
		c->list[c->len] = '\0';
}

int mkisofs_option_find(
	const char *name, size_t len, const struct mkisofs_option **ret, struct fault *f)
{
	struct candidates c = { 0 };
	const struct mkisofs_option *row;
	size_t i;

	for (i = 0; i < mkisofs_options_count; i++) {
		for (row = mkisofs_options[i].row; row->name; row++) {
			if (!row->name[1] || strncmp(row->name, name, len) != 0)
				continue;
			if (!row->name[len]) {
				*ret = row;
				return 0;
			}
			if (mkisofs_options[i].abbreviated)
				add_candidate(&c, row);
		}
	}
	if (c.several)
		return fault_set(f, -ENOTSUP, "could be %s", c.list);
	*ret = c.first;
	return 0;
}
