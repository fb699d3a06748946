/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The root file systems are folders of the test; notes_top is set to the test's folder, so the table of mounts is in
 * it, too. */
#include "tests/lib/unit.h"

#include "guest/stage/lines.c"
#include "guest/stage/mounts.c"
#include "guest/stage/notes.c"
#include "guest/stage/place.c"
#include "guest/sys.c"

static void shell(const char *commands)
{
	run_program((const char *[]){ "sh", "-euc", commands, NULL });
}

static const char *foreign(const char *word)
{
	static char text[128];
	struct place_why why;

	if (!place_foreign("new", word, &why))
		return NULL;
	snprintf(text, sizeof(text), "%s%s", why.what, why.why);
	return text;
}

static int make_root(void **state)
{
	(void)state;
	notes_top = ".";
	shell("rm -rf new proc run; mkdir -p new/etc new/var/lib/seedrive proc/self run/initramfs; : >proc/self/mountinfo");
	return 0;
}

static void fstab(const char *lines)
{
	file_write("new/etc/fstab", lines, strlen(lines));
}

static void test_own(void **state)
{
	(void)state;
	assert_null(foreign(NULL));
	fstab("/dev/vda1 / ext4 defaults 0 1\n# /dev/vdb /var ext4\n#/dev/vdb /var ext4\n/dev/vdb /var/log ext4\n"
	      "/dev/vdc /variable\n/dev/vdc\n\n");
	assert_null(foreign(NULL));
	shell("mkdir -p new/etc/systemd/system; cd new/etc/systemd/system; touch var-lib-machines.mount var.service var.mount.d "
	      "xvar.mount var-.mount var");
	assert_null(foreign(NULL));
}

static void test_fstab(void **state)
{
	static const char *const points[] = { "/var", "/var/lib", "/var/lib/seedrive",
		"/var/lib/seedrive/ledger" };
	char text[128];
	size_t i, slash;

	(void)state;
	for (i = 0; i < COUNT(points); i++)
		for (slash = 0; slash < 2; slash++) {
			snprintf(
				text, sizeof(text), "a / b\nb\t %s%s", points[i], slash ? "/" : "");
			fstab(text);
			snprintf(text, sizeof(text), "%s is a separate file system", points[i]);
			assert_string_equal(foreign(NULL), text);
		}
}

static void test_units(void **state)
{
	static const struct {
		const char *unit, *path;
	} units[] = { { "etc/systemd/system/var.mount", "/var" },
		{ "lib/systemd/system/var-lib.automount", "/var/lib" },
		{ "usr/lib/systemd/system/var-lib-seedrive.mount", "/var/lib/seedrive" },
		{ "usr/local/lib/systemd/system/var-lib-seedrive-ledger.mount",
			"/var/lib/seedrive/ledger" } };
	char text[256];
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(units); i++) {
		snprintf(text, sizeof(text), "f=new/%s; mkdir -p ${f%%/*}; ln -s /none $f",
			units[i].unit);
		shell(text);
		snprintf(text, sizeof(text), "%s is a separate file system", units[i].path);
		assert_string_equal(foreign(NULL), text);
		snprintf(text, sizeof(text), "rm new/%s", units[i].unit);
		shell(text);
	}
}

static void test_others(void **state)
{
	static const char table[] = "9 1 254:2 / new/var/lib ro - ext4 /dev/vda2 ro\n";

	(void)state;
	assert_string_equal(foreign("ostree=/x"), "the command line has ostree=/x");
	file_write("proc/self/mountinfo", table, sizeof(table) - 1);
	assert_string_equal(foreign(NULL), "/var/lib is a separate file system");
	file_write("proc/self/mountinfo", "", 0);
	shell("rm -r new/var/lib/seedrive; touch new/var/lib/seedrive");
	assert_string_equal(foreign(NULL), "it has no /var/lib/seedrive");
	shell("rm new/var/lib/seedrive");
	assert_string_equal(foreign(NULL), "it has no /var/lib/seedrive");
	shell("ln -s /elsewhere new/var/lib/seedrive");
	assert_string_equal(foreign(NULL), "/var/lib/seedrive is a symbolic link");
}

static const char *protected(const char *lines, bool unrecovered)
{
	const struct mount root = { .unrecovered = unrecovered };
	const char *why;

	fstab(lines);
	return place_protected("new", &root, &why) ? why : "no";
}

static void test_protected(void **state)
{
	static const char unchecked[] = "[Unit]\nAfter=systemd-fsck-root.service\n";
	static const char checked[] = "[Unit]\nRequires=a.mount systemd-fsck-root.service\n";

	(void)state;
	assert_string_equal(protected("", false), "no");
	assert_string_equal(protected("", true), "is mounted without journal recovery");
	assert_string_equal(protected("a / ext4 defaults 0 1", false), "has not been checked");
	assert_string_equal(protected("a / ext4 defaults 0 0", false), "no");
	assert_string_equal(protected("a / ext4 defaults", false), "no");
	assert_string_equal(protected("a /home ext4 ro 0 2\n# / ext4 ro 0 1", false), "no");
	assert_string_equal(
		protected("a / ext4 noatime,ro,x 0 0", false), "is read-only in its fstab");
	assert_string_equal(protected("a / ext4 ro", false), "is read-only in its fstab");
	assert_string_equal(protected("a / ext4 errors=remount-ro,rox,xro 0 0", false), "no");
	shell("mkdir -p run/systemd/generator");
	file_write("run/systemd/generator/sysroot.mount", unchecked, sizeof(unchecked) - 1);
	assert_string_equal(protected("a / ext4 defaults 0 1", false), "has not been checked");
	file_write("run/systemd/generator/sysroot.mount", checked, sizeof(checked) - 1);
	assert_string_equal(protected("a / ext4 defaults 0 1", false), "no");
	shell("rm -r run/systemd");
	file_write("run/initramfs/fsck-root", "", 0);
	assert_string_equal(protected("a / ext4 defaults 0 1", false), "no");
}

static void test_shadowed(void **state)
{
	static const char table[] = "9 1 254:2 / /var/lib rw - ext4 /dev/vda2 rw\n";

	(void)state;
	assert_null(place_shadowed());
	file_write("proc/self/mountinfo", table, sizeof(table) - 1);
	assert_string_equal(place_shadowed(), "/var/lib");
}

#define IN_ROOT(title, function)                       \
	{                                              \
		title, function, make_root, NULL, NULL \
	}

int main(void)
{
	const struct CMUnitTest tests[] = {
		IN_ROOT("place: if all of /var is on root, the ledger on root is the system's",
			test_own),
		IN_ROOT("place: not if root's fstab has a line for the ledger's folder, or for one above it",
			test_fstab),
		IN_ROOT("place: not if a unit of systemd mounts something there", test_units),
		IN_ROOT("place: not if there is a mount or a link, the command line says so, or the folder is missing",
			test_others),
		IN_ROOT("place: a root that must not be written to, although it could be, is recognised",
			test_protected),
		IN_ROOT("place: a mount that hides the ledger in the running system is found",
			test_shadowed),
	};

	return cmocka_run_group_tests(tests, temp_enter, temp_leave);
}
