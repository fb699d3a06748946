/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "cli/mkisofs_fallback.h"
#include "cli/configure.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* A fallback that is this program would execute itself for ever. */
static bool is_this_program(const char *path)
{
	struct stat a, b;

	return stat(path, &a) == 0 && stat("/proc/self/exe", &b) == 0 && a.st_ino == b.st_ino &&
		a.st_dev == b.st_dev;
}

int mkisofs_fallback_find(struct mkisofs_fallback *n, const struct fault *refused, struct fault *f)
{
	struct settings settings;
	int r;

	*n = (struct mkisofs_fallback){ 0 };
	r = configure(&n->config, NULL, CONFIG_MKISOFS, &settings, f);
	if (r < 0)
		return r;
	n->program = settings.fallback;
	if (!n->program)
		return fault_set(f, -ENOTSUP, "%s", refused->text);
	if (is_this_program(n->program))
		return fault_set(f, -ELOOP, "%s; and the fallback %s is seedrive-mkisofs itself",
			refused->text, n->program);
	if (access(n->program, X_OK) < 0)
		return fault_set(f, -errno, "fallback: %s: %s", n->program, strerror(errno));
	return 0;
}

int mkisofs_fallback_exec(const struct mkisofs_fallback *n, int skip, char **argv, struct fault *f)
{
	const char *slash = strrchr(n->program, '/');

	if (strcmp(slash + 1, "xorriso") != 0)
		argv += skip;
	argv[0] = (char *)n->program;
	execv(n->program, argv);
	return fault_set(f, -errno, "fallback: %s: %s", n->program, strerror(errno));
}

void mkisofs_fallback_clear(struct mkisofs_fallback *n)
{
	config_clear(&n->config);
}
