/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/lib/unit.h"

#include "cli/mkisofs_args.h"
#include "cli/mkisofs_options.h"

#include <errno.h>

#define WORDS_MAX 40

static struct mkisofs_args args;
static struct fault fault;
static char line[4096];

static int leave(void **state)
{
	(void)state;
	mkisofs_args_clear(&args);
	return 0;
}

static const char *called = "seedrive-mkisofs";

/* Splits a line as a shell would: '' is one word, and so is 'a b'. */
static int parse(const char *text)
{
	char *word[WORDS_MAX + 1] = { NULL }, *to = line;
	int n = 0;

	mkisofs_args_clear(&args);
	fault.text[0] = '\0';
	word[n++] = (char *)called;
	while (*(text += strspn(text, " "))) {
		assert_true(n < WORDS_MAX);
		word[n++] = to;
		while (*text && *text != ' ') {
			if (*text != '\'') {
				*to++ = *text++;
				continue;
			}
			while (*++text != '\'')
				*to++ = *text;
			text++;
		}
		*to++ = '\0';
	}
	return mkisofs_parse(&args, n, word, &fault);
}

static void take(const char *text)
{
	int r = parse(text);

	if (r < 0)
		fail_msg("%s: %s", text, fault.text);
}

static void assert_refused(const char *text, int err, const char *words)
{
	assert_int_equal(parse(text), err);
	assert_string_equal(fault.text, words);
}

static void assert_text(const char *have, const char *want)
{
	if (want)
		assert_string_equal(have ? have : "(none)", want);
	else
		assert_null(have);
}

static void assert_paths(const char *const *want, size_t n)
{
	size_t i;

	assert_int_equal(args.paths, n);
	for (i = 0; i < n; i++)
		assert_string_equal(args.path[i].source, want[i]);
}

#define PATHS(...) \
	assert_paths((const char *const[]){ __VA_ARGS__ }, COUNT(((const char *[]){ __VA_ARGS__ })))

/* --- what each option does --- */

static void test_nova(void **state)
{
	(void)state;
	take("-o OUT -ldots -allow-lowercase -allow-multidot -l -publisher 'OpenStack Nova 26.2.2' "
	     "-quiet -J -r -V config-2 DIR");
	assert_int_equal(args.action, MKISOFS_MAKE);
	assert_string_equal(args.out, "OUT");
	assert_string_equal(args.label, "config-2");
	assert_string_equal(args.publisher, "OpenStack Nova 26.2.2");
	assert_true(args.names.full && args.names.lowercase && !args.names.relaxed);
	assert_true(args.rock_ridge && args.rational && args.joliet && args.quiet);
	assert_false(args.follow || args.graft || args.joliet_long);
	PATHS("DIR");
}

static void test_defaults(void **state)
{
	(void)state;
	take("DIR");
	assert_null(args.out);
	assert_null(args.label);
	assert_null(args.publisher);
	assert_false(args.rock_ridge || args.joliet || args.quiet || args.rational);
	assert_int_equal(args.names.level, 1);
	assert_false(args.names.full || args.names.lowercase || args.names.relaxed);
}

static void test_texts(void **state)
{
	(void)state;
	take("-A app -p prep -P pub -sysid sys -volset set -V vol x");
	assert_string_equal(args.application, "app");
	assert_string_equal(args.preparer, "prep");
	assert_string_equal(args.publisher, "pub");
	assert_string_equal(args.system, "sys");
	assert_string_equal(args.volume_set, "set");
	take("-appid app2 -preparer prep2 -publisher=pub2 --volid vol2 x");
	assert_string_equal(args.application, "app2");
	assert_string_equal(args.preparer, "prep2");
	assert_string_equal(args.publisher, "pub2");
	assert_string_equal(args.label, "vol2");
	take("-V '' x");
	assert_string_equal(args.label, "");
}

static void test_text_lengths(void **state)
{
	char text[256], x[130];

	(void)state;
	memset(x, 'x', sizeof(x));
	snprintf(text, sizeof(text), "-V %.32s -publisher %.128s d", x, x);
	take(text);
	snprintf(text, sizeof(text), "-V %.33s d", x);
	assert_refused(text, -EINVAL, "-V: longer than 32 characters");
	snprintf(text, sizeof(text), "-publisher %.129s d", x);
	assert_refused(text, -EINVAL, "-publisher: longer than 128 characters");
	snprintf(text, sizeof(text), "-sysid %.33s d", x);
	assert_refused(text, -EINVAL, "-sysid: longer than 32 characters");
	/* The option is named as it was typed, also if other letters or a value share its word. */
	snprintf(text, sizeof(text), "-JA%.129s d", x);
	assert_refused(text, -EINVAL, "-A: longer than 128 characters");
	snprintf(text, sizeof(text), "--volid=%.33s d", x);
	assert_refused(text, -EINVAL, "--volid: longer than 32 characters");
}

static void test_names(void **state)
{
	(void)state;
	take("-iso-level 3 -relaxed-filenames -max-iso9660-filenames -N -d d");
	assert_int_equal(args.names.level, 3);
	assert_true(args.names.relaxed && args.names.longest && args.names.no_version &&
		args.names.no_period);
	assert_false(args.names.full || args.names.untranslated);
	take("-U d");
	assert_true(args.names.untranslated && args.names.full && args.names.lowercase);
	take("-iso-level 1 -iso-level=4 d");
	assert_int_equal(args.names.level, 4);
	assert_refused("-iso-level 5 d", -EINVAL, "-iso-level: 5: must be 1, 2, 3 or 4");
	assert_refused("-iso-level 33 d", -EINVAL, "-iso-level: 33: must be 1, 2, 3 or 4");
	assert_refused("-iso-level '' d", -EINVAL, "-iso-level: : must be 1, 2, 3 or 4");
}

static void test_rock_ridge(void **state)
{
	(void)state;
	take("-R d");
	assert_true(args.rock_ridge && !args.rational);
	take("-R -r d");
	assert_true(args.rock_ridge && args.rational);
	take("-r -R d");
	assert_true(args.rock_ridge && args.rational);
	take("-r --norock d");
	assert_false(args.rock_ridge || args.rational);
	assert_true(args.no_rock);
	take("--norock -R d");
	assert_true(args.rock_ridge && !args.no_rock);
	take("-joliet-long d");
	assert_true(args.joliet && args.joliet_long);
}

static void test_charset(void **state)
{
	(void)state;
	take("-input-charset utf8 -output-charset UTF-8 d");
	assert_null(args.charset);
	take("--input-charset utf-8 d");
	assert_null(args.charset);
	/* Whether the character set matters depends on the names. */
	take("-input-charset iso8859-1 d");
	assert_string_equal(args.charset, "iso8859-1");
	assert_false(args.joliet);
	take("-jcharset cp437 d");
	assert_string_equal(args.charset, "cp437");
	assert_true(args.joliet);
	assert_refused("-input-charset help d", -ENOTSUP,
		"-input-charset: help: unsupported character set; only utf-8 is supported");
	assert_refused("-jcharset '' d", -ENOTSUP, "-jcharset: a value is missing");
}

static void test_accepted(void **state)
{
	(void)state;
	take("-cache-inodes -no-cache-inodes -pad -no-pad -v -D -L -gui -hide-rr-moved "
	     "-partition_cyl_align on -allow-limited-size d");
	PATHS("d");
	take("-no-emul-boot -hide-joliet-trans-tbl -ignore-error -log-file d.log -sort list --old-empty d");
	PATHS("d");
	take("--sort-weight 3 /a d");
	PATHS("d");
}

static void test_attributes(void **state)
{
	(void)state;
	take("-uid 0x10 -file-mode 0444 d");
	assert_true(args.rock_ridge && !args.rational);
	assert_int_equal(args.attributes.forced, ISO_UID | ISO_FILE_MODE);
	assert_int_equal(args.attributes.uid, 16);
	assert_int_equal(args.attributes.file_mode, 0444);
	take("-gid 7 --dir-mode=555 d");
	assert_int_equal(args.attributes.forced, ISO_GID | ISO_DIR_MODE);
	assert_int_equal(args.attributes.gid, 7);
	assert_int_equal(args.attributes.dir_mode, 0555);
	take("-new-dir-mode 700 d");
	assert_true(args.new_folders && !args.rock_ridge);
	assert_int_equal(args.new_folder_mode, 0700);
	assert_refused(
		"-uid root d", -ENOTSUP, "-uid: root: must be a number from 0 to 4294967294");
	assert_refused("-gid -1 d", -ENOTSUP, "-gid: -1: must be a number from 0 to 4294967294");
	assert_refused("-gid 4294967295 d", -ENOTSUP,
		"-gid: 4294967295: must be a number from 0 to 4294967294");
	assert_refused(
		"-file-mode u=r d", -ENOTSUP, "-file-mode: u=r: not an octal mode up to 7777");
	assert_refused(
		"-dir-mode 10000 d", -ENOTSUP, "-dir-mode: 10000: not an octal mode up to 7777");
}

static void test_as(void **state)
{
	(void)state;
	take("-as mkisofs -V x d");
	assert_true(args.as_xorriso && args.rock_ridge && !args.rational && !args.joliet);
	assert_string_equal(args.label, "x");
	PATHS("d");
	take("--as genisoimage -r d");
	assert_true(args.rock_ridge && args.rational);
	take("-as xorrisofs --norock -J d");
	assert_false(args.rock_ridge);
	take("-as genisofs d --");
	PATHS("d");
	take("d");
	assert_false(args.as_xorriso || args.rock_ridge);
	take("-no_rc --report_about WARNING -abort_on FATAL -return_with SORRY 0 -as mkisofs -o stdio:/o -V x");
	assert_true(args.as_xorriso && args.rock_ridge && args.paths == 0 && args.skip == 10);
	assert_string_equal(args.label, "x");
	assert_string_equal(args.out, "/o");
	take("-as mkisofs d -- -commit -end");
	PATHS("d");
	called = "/usr/bin/xorrisofs";
	take("-o stdio: d --");
	assert_true(args.as_xorriso && args.rock_ridge && args.skip == 0);
	assert_string_equal(args.out, "stdio:");
	called = "xorriso";
	assert_refused(
		"-no_rc -abort_on", -ENOTSUP, "-abort_on: not an option of seedrive-mkisofs");
	assert_refused(
		"-no_rc -J -as mkisofs d", -ENOTSUP, "-as: not an option of seedrive-mkisofs");
	take("-o stdio:/o d");
	assert_string_equal(args.out, "stdio:/o");
	assert_false(args.as_xorriso);
	called = "seedrive-mkisofs";
	assert_refused("-as", -EINVAL, "-as: a value is missing");
	assert_refused("-as cdrecord -V x d", -ENOTSUP,
		"-as: cdrecord: must be mkisofs, genisoimage, genisofs or xorrisofs");
	assert_string_equal(args.label, "x");
	/* In any other place, -as is not an option. */
	assert_refused("-J -as mkisofs d", -ENOTSUP, "-as: not an option of seedrive-mkisofs");
	/* "--" ends the part for mkisofs; what follows are xorriso's own commands. */
	assert_refused("-as mkisofs -o out d -- -volid x", -ENOTSUP,
		"-volid: xorriso commands are not supported");
}

static void test_excludes(void **state)
{
	(void)state;
	take("-m '*.o' -x a -exclude b -old-exclude c d");
	assert_int_equal(args.excludes, 4);
	assert_string_equal(args.exclude[0], "*.o");
	assert_string_equal(args.exclude[3], "c");
	assert_false(args.no_backups);
	take("-no-bak d");
	assert_true(args.no_backups);
	PATHS("d");
}

static void test_large_files(void **state)
{
	(void)state;
	take("d");
	assert_false(args.large_files);
	take("-allow-limited-size d");
	assert_true(args.large_files);
}

static void test_align(void **state)
{
	(void)state;
	take("d");
	assert_false(args.align);
	take("-partition_cyl_align on d");
	assert_true(args.align);
	take("-partition_cyl_align off --partition_cyl_align all d");
	assert_true(args.align);
	take("-partition_cyl_align on -partition_cyl_align auto d");
	assert_false(args.align);
	take("-partition_cyl_align off d");
	assert_false(args.align);
	assert_refused("-partition_cyl_align maybe d", -EINVAL,
		"-partition_cyl_align: maybe: must be on, all, auto or off");
}

/* --- the grammar --- */

static void test_bundles(void **state)
{
	(void)state;
	take("-JR d");
	assert_true(args.joliet && args.rock_ridge && !args.rational);
	take("-lJrVname d");
	assert_true(args.names.full && args.joliet && args.rational);
	assert_string_equal(args.label, "name");
	take("-JRo out d");
	assert_string_equal(args.out, "out");
	take("-oout d");
	assert_string_equal(args.out, "out");
	take("-V=abc d");
	assert_string_equal(args.label, "=abc");
	assert_refused("-Jb x d", -ENOTSUP,
		"-b: not an option of seedrive-mkisofs, which makes no boot images");
	/* An unknown option is named as it was typed: it may be a long option of another program. */
	assert_refused("-JQ x d", -ENOTSUP, "-JQ: not an option of seedrive-mkisofs");
	assert_refused("-UDF d", -ENOTSUP, "-UDF: not an option of seedrive-mkisofs");
	assert_refused("-data-change-warn d", -ENOTSUP,
		"-data-change-warn: not an option of seedrive-mkisofs");
}

static void test_equals(void **state)
{
	(void)state;
	take("-output=a -volid=b d");
	assert_string_equal(args.out, "a");
	assert_string_equal(args.label, "b");
	take("--output=a --volid= d");
	assert_string_equal(args.label, "");
	assert_refused("-quiet=3 d", -ENOTSUP, "-quiet=3: not an option of seedrive-mkisofs");
	assert_refused("-o=a d", -ENOTSUP, "-o=a: not an option of seedrive-mkisofs");
}

static void test_abbreviations(void **state)
{
	(void)state;
	take("-rel -quie -roc -rational d");
	assert_true(args.names.relaxed && args.quiet && args.rock_ridge && args.rational);
	take("-q d");
	assert_true(args.quiet);
	take("-joliet d");
	assert_false(args.joliet_long);
	assert_refused("-vols x d", -ENOTSUP,
		"-vols: not an option of seedrive-mkisofs; it could be -volset, -volset-size, -volset-seqno");
	assert_refused("-outp a d", -ENOTSUP,
		"-outp: not an option of seedrive-mkisofs; it could be -output, -output-charset, "
		"-output-hfs-charset");
	assert_refused("-vol a d", -ENOTSUP,
		"-vol: not an option of seedrive-mkisofs; it could be -volid, -volset, -volset-size, "
		"-volset-seqno");
	assert_refused("-ro a d", -ENOTSUP,
		"-ro: not an option of seedrive-mkisofs; it could be -rock, -root, -root-info");
	assert_refused("-joli d", -ENOTSUP,
		"-joli: not an option of seedrive-mkisofs; it could be -joliet, -joliet-long");
	/* Several names of one option are not ambiguous; and options that only xorrisofs has cannot be abbreviated. */
	take("-no-ba d");
	assert_true(args.no_backups);
	assert_refused("-noroc d", -ENOTSUP, "-noroc: not an option of seedrive-mkisofs");
	take("-partition_cyl d");
	assert_string_equal(args.preparer, "artition_cyl");
	assert_refused("--J d", -ENOTSUP, "--J: not an option of seedrive-mkisofs");
}

static void test_last_counts(void **state)
{
	(void)state;
	take("-V cidata -o a --volid config-2 -o b d");
	assert_string_equal(args.label, "config-2");
	assert_string_equal(args.out, "b");
	take("-o a -o - d");
	assert_null(args.out);
}

static void test_paths(void **state)
{
	(void)state;
	take("a b c");
	PATHS("a", "b", "c");
	take("a -J b -o out");
	PATHS("a", "b");
	assert_true(args.joliet);
	assert_string_equal(args.out, "out");
	take("-J a -- -b -o x");
	PATHS("a", "-b", "-o", "x");
	assert_null(args.out);
	take("-J -- -");
	PATHS("-");
	take("'' -");
	PATHS("", "-");
	take("a=b");
	PATHS("a=b");
	assert_null(args.path[0].graft);
	assert_refused("-J", -EINVAL, "no file or folder is named that goes into the image");
	assert_refused("", -EINVAL, "no file or folder is named that goes into the image");
	assert_refused("-J --", -EINVAL, "no file or folder is named that goes into the image");
}

static void assert_graft(const char *word, const char *graft, const char *source)
{
	char text[128];

	snprintf(text, sizeof(text), "-graft-points '%s'", word);
	take(text);
	assert_int_equal(args.paths, 1);
	assert_text(args.path[0].graft, graft);
	assert_string_equal(args.path[0].source, source);
}

static void test_grafts(void **state)
{
	(void)state;
	assert_graft("a=b", "a", "b");
	assert_graft("a/b/=c/d", "a/b/", "c/d");
	assert_graft("b", NULL, "b");
	assert_graft("a\\=b=c", "a=b", "c");
	assert_graft("a\\=b", NULL, "a=b");
	assert_graft("a=b=c", "a", "b=c");
	assert_graft("a=b\\=c", "a", "b=c");
	assert_graft("a\\\\=b", "a\\", "b");
	assert_graft("a\\b=c\\d", "a\\b", "c\\d");
	assert_graft("a\\", NULL, "a\\");
	assert_graft("a=", "a", "");
	assert_graft("/=d", "/", "d");
	take("x=y -graft-points z");
	assert_string_equal(args.path[0].graft, "x");
	assert_string_equal(args.path[0].source, "y");
	assert_refused("-graft-points =d", -EINVAL, "=d: nothing before the =");
}

/* Tests each refused option, alone and with all its arguments: the message has the name as typed, and the reason. */
static void test_refusals(void **state)
{
	const struct mkisofs_option *row;
	char text[160], words[200];
	size_t i, refused = 0;

	(void)state;
	for (i = 0; i < mkisofs_options_count; i++) {
		for (row = mkisofs_options[i].row; row->name; row++) {
			if (row->id != OPT_REFUSED)
				continue;
			snprintf(text, sizeof(text), "-%s%.*s -V label d", row->name,
				2 * row->words, " x x x");
			snprintf(words, sizeof(words),
				"-%s: not an option of seedrive-mkisofs, which %s", row->name,
				row->why);
			assert_refused(text, -ENOTSUP, words);
			/* Its arguments are not read as paths, or as arguments of another option. */
			assert_string_equal(args.label, "label");
			PATHS("d");
			refused++;
		}
	}
	assert_true(refused > 150);
	assert_refused("-a d", -ENOTSUP, "-a: not an option of seedrive-mkisofs");
	assert_refused("--efi-boot x d", -ENOTSUP,
		"--efi-boot: not an option of seedrive-mkisofs, which makes no boot images");
	assert_refused("--modification-date=2026 d", -ENOTSUP,
		"--modification-date: not an option of seedrive-mkisofs, which takes the time from SOURCE_DATE_EPOCH");
	assert_refused("-0 d", -ENOTSUP, "-0: not an option of seedrive-mkisofs");
	/* This may be a long option of another program. */
	assert_refused("-bimage d", -ENOTSUP, "-bimage: not an option of seedrive-mkisofs");
	/* The first refused option is reported. */
	assert_refused("-z -b x d", -ENOTSUP,
		"-z: not an option of seedrive-mkisofs, which compresses no files");
}

/* No name occurs twice in the table. */
static void test_table(void **state)
{
	const struct mkisofs_option *row, *other;
	size_t i, j;

	(void)state;
	for (i = 0; i < mkisofs_options_count; i++)
		for (row = mkisofs_options[i].row; row->name; row++)
			for (j = i; j < mkisofs_options_count; j++)
				for (other = j == i ? row + 1 : mkisofs_options[j].row; other->name;
					other++)
					if (strcmp(row->name, other->name) == 0)
						fail_msg("%s: twice", row->name);
}

static void test_missing(void **state)
{
	(void)state;
	assert_refused("-o", -EINVAL, "-o: a value is missing");
	assert_refused("d -volid", -EINVAL, "-volid: a value is missing");
	assert_refused("--volid", -EINVAL, "--volid: a value is missing");
	assert_refused("-JV", -EINVAL, "-JV: a value is missing");
	assert_refused("-o '' d", -EINVAL, "-o: the name of the output is empty");
	/* The word after -o is its value, even if it looks like an option. */
	take("-V -o -o -V d");
	assert_string_equal(args.label, "-o");
	assert_string_equal(args.out, "-V");
}

static void test_actions(void **state)
{
	(void)state;
	take("-version");
	assert_int_equal(args.action, MKISOFS_VERSION);
	take("--version");
	assert_int_equal(args.action, MKISOFS_VERSION);
	take("--help");
	assert_int_equal(args.action, MKISOFS_HELP);
	take("-J -help -b");
	assert_int_equal(args.action, MKISOFS_HELP);
	take("-o out d -version -b");
	assert_int_equal(args.action, MKISOFS_VERSION);
	assert_int_equal(parse("-b x -version"), -ENOTSUP);
}

/* --- known callers --- */

/* The part of the column argv after the program's name, and after xorriso's `-as mkisofs` if it has that. */
static const char *arguments(char *argv)
{
	const char *as = strstr(argv, "-as ");
	char *at = strchr(as ? as + strlen("-as ") : argv, ' ');

	assert_non_null(at);
	return at + 1;
}

static void test_callers(void **state)
{
	size_t len, honoured = 0, refused = 0;
	char *text = file_read("tests/data/mkisofs-callers.tsv", &len), *row, *save = NULL;

	(void)state;
	row = strtok_r(text, "\n", &save); /* the header */
	while ((row = strtok_r(NULL, "\n", &save))) {
		char *argv = strchr(row, '\t'), *end;
		bool boots;

		assert_non_null(argv);
		*argv++ = '\0';
		end = strchr(argv, '\t');
		assert_non_null(end);
		*end = '\0';
		boots = strstr(argv, "-no-emul-boot") != NULL;
		if (boots) {
			assert_int_equal(parse(arguments(argv)), -ENOTSUP);
			refused++;
			continue;
		}
		take(arguments(argv));
		honoured++;
		assert_true(args.paths > 0);
		assert_string_equal(
			args.out + strlen(args.out) - 3 - (strstr(args.out, ".iso") ? 4 : 0),
			strstr(args.out, ".iso") ? "OUT.iso" : "OUT");
		assert_int_equal(args.joliet, strstr(argv, "-J") || strstr(argv, "-joliet"));
	}
	assert_int_equal(honoured, 25);
	assert_int_equal(refused, 2);
	free(text);
}

/* Prints the table, for the tests of the pages: class, name, number of arguments, reason of the refusal. */
static int print_table(void)
{
	const struct mkisofs_option *row;
	size_t i;

	for (i = 0; i < mkisofs_options_count; i++)
		for (row = mkisofs_options[i].row; row->name; row++)
			printf("%s %s %u %s\n",
				row->id == OPT_REFUSED          ? "refused" :
					row->id == OPT_ACCEPTED ? "accepted" :
								  "honoured",
				row->name, row->words, row->why ? row->why : "");
	return 0;
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
#define EACH(title, function) { title, function, NULL, leave, NULL }
		EACH("mkisofs: Nova's command line", test_nova),
		EACH("mkisofs: a path alone gives a plain image on standard output", test_defaults),
		EACH("mkisofs: each text has its field", test_texts),
		EACH("mkisofs: a text that is too long for its field is refused",
			test_text_lengths),
		EACH("mkisofs: the options about plain names", test_names),
		EACH("mkisofs: Rock Ridge with the files' attributes, with uniform ones, or not at all",
			test_rock_ridge),
		EACH("mkisofs: the options that set all owners and modes", test_attributes),
		EACH("mkisofs: -as and a name as the first words, as with xorriso", test_as),
		EACH("mkisofs: -allow-limited-size is for large files", test_large_files),
		EACH("mkisofs: the options that leave out files", test_excludes),
		EACH("mkisofs: the table has each name once", test_table),
		EACH("mkisofs: the image's size is rounded as xorrisofs does", test_align),
		EACH("mkisofs: UTF-8 under each of its names, and no other character set",
			test_charset),
		EACH("mkisofs: options without effect are accepted", test_accepted),
		EACH("mkisofs: several letters in one word", test_bundles),
		EACH("mkisofs: a value after = for a long option that takes one", test_equals),
		EACH("mkisofs: an unambiguous abbreviation", test_abbreviations),
		EACH("mkisofs: if an option occurs twice, the last one counts", test_last_counts),
		EACH("mkisofs: paths, and options after them up to --", test_paths),
		EACH("mkisofs: graft points and their backslashes", test_grafts),
		EACH("mkisofs: an unsupported option is named and refused", test_refusals),
		EACH("mkisofs: a value that is missing is named", test_missing),
		EACH("mkisofs: version and help, with any options after them", test_actions),
		EACH("mkisofs: the command lines of known callers", test_callers),
	};

	(void)argv;
	if (argc > 1)
		return print_table();
	return cmocka_run_group_tests_name("mkisofs_args", tests, NULL, NULL);
}
