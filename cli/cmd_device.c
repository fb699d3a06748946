/* SPDX-License-Identifier: GPL-2.0-or-later */
/* `seedrive build` onto a block device or an optical drive; the helper that it becomes for those. */
#include "cli/build.h"
#include "cli/cmd.h"
#include "iso/output/holder.h"
#include "iso/output/output_device.h"

#include <sys/stat.h>

static int build_to_device(struct build *b, struct fault *f)
{
	static struct output_disk disk = { .disk.fd = -1, .image.fd = -1 };
	static struct output_burner burner = { .image.fd = -1 };
	struct stat st;

	disk.disk.force = burner.burner.force = b->force;
	if (stat(b->out, &st) == 0 && holder_optical(&st))
		return build_one(b, &output_burner, &burner, f);
	return build_one(b, &output_disk, &disk, f);
}

static int run(int argc, char **argv, struct fault *f)
{
	static struct build b;
	int r = build_parse(&b, argc, argv, f);

	if (r == 0)
		r = build_to_device(&b, f);
	entropy_options_clear(&b.entropy);
	return r;
}

const struct command cmd_device = {
	.name = "build",
	.summary = BUILD_SUMMARY,
	.run = run,
};
