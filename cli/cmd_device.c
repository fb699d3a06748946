/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The program that `seedrive build` executes to write to a block device or an optical drive. */
#include "cli/build.h"
#include "cli/cmd.h"
#include "iso/output/burner.h"
#include "iso/output/disk.h"

static void say_overwritten(const char *path, const char *words)
{
	report_info("%s: %s is overwritten", path, words);
}

static int build_to_device(struct build *b, struct fault *f)
{
	static struct disk disk = { .fd = -1, .content = &content_known };
	static struct burner burner;
	struct output_device device = {
		.functions = &disk_functions, .device = &disk, .image.fd = -1
	};
	int r;

	disk.force = burner.force = b->force;
	disk.overwrites = burner.overwrites = b->entropy.quiet ? NULL : say_overwritten;
	if (output_target(b->to_stdout ? NULL : b->out) == OUTPUT_OPTICAL) {
		device.functions = &burner_functions;
		device.device = &burner;
	}
	r = b->to_stdout ? disk_check_stdout(f) : 0;
	return r < 0 ? r : build_one(b, &output_device, &device, f);
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
