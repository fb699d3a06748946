/* SPDX-License-Identifier: GPL-2.0-or-later */
/* `seedrive build`: makes a config drive from existing metadata and a new seed. */
#include "cli/build.h"
#include "cli/cmd.h"
#include "iso/output/replace.h"
#include "iso/output/target.h"

/* If standard output is a file, it is written in place, as seedrive-mkisofs does. */
static int build_to_stdout(struct build *b, struct fault *f)
{
	static struct target target = { .fd = -1, .place = { .dirfd = -1 } };
	static struct stream stream = { .fd = -1 };

	return output_target(NULL) == OUTPUT_FILE ? build_one(b, &output_in_place, &target, f) :
						    build_one(b, &output_stream, &stream, f);
}

int build_to_file(struct build *b, struct fault *f)
{
	static struct replace replace; /* static, because the signal handler reads it */

	if (b->to_stdout)
		return build_to_stdout(b, f);
	replace = (struct replace)REPLACE_NONE;
	return build_one(b, &output_replace, &replace, f);
}

/* A separate program, because loading libburn and libblkid would slow every build down. */
static bool is_device(const struct build *b)
{
	const enum output_target t =
		b->out ? output_target(b->to_stdout ? NULL : b->out) : OUTPUT_FILE;

	return t == OUTPUT_DISK || t == OUTPUT_OPTICAL;
}

static int run(int argc, char **argv, struct fault *f)
{
	static struct build b;
	int r = build_parse(&b, argc, argv, f);

	if (r == 0 && is_device(&b))
		r = exec_device_helper(argc, argv, f);
	else if (r == 0)
		r = b.batch ? build_batch(&b, f) : build_to_file(&b, f);
	entropy_options_clear(&b.entropy);
	return r;
}

const struct command cmd_build = {
	.name = "build",
	.summary = BUILD_SUMMARY,
	.usage =
		"build [OPTION...] -o OUT DIR\n"
		"       seedrive build [OPTION...] -o OUT --user-data FILE [--meta-data FILE]\n"
		"                      [--network-config FILE]\n"
		"       seedrive build [OPTION...] --batch LIST [--jobs N]\n"
		"\n"
		"  -o, --output OUT       the image; - is standard output; or a device: a disk, a USB stick,\n"
		"                         an optical drive\n"
		"  --force                overwrite a device even if it holds data, and say what\n"
		"  --batch LIST           many drives: lines of OUT, a tab and DIR; - is standard input\n"
		"  --jobs N               build N drives at once (default: one for each CPU)\n"
		"  --user-data FILE       in place of DIR: goes onto the drive as user-data\n"
		"  --meta-data FILE       the same, as meta-data (default: one with an instance-id)\n"
		"  --network-config FILE  the same, as network-config (default: none)\n"
		"  --label LABEL          default: config-2 for openstack/, cidata for meta-data\n"
		"  --publisher TEXT       for the volume descriptor\n"
		"  --bind auto|none|UUID  the instance whose guest may credit the seed; auto takes\n"
		"                         the uuid of openstack/latest/meta_data.json (default)\n"
		"  --seed on|mix|off      off: no seed, for an image that many machines share\n"
		"  --ttl TIME             how long the seed may be credited: 90s, 15m, 12h, 1d, 2w (default: always)\n"
		"  --source LIST          draw from these (default: all that this host has)\n"
		"  --require LIST         fail unless these passed; hardware: for the whole claim\n"
		"  --bits N               strength to claim, 1 to 16384 (default 256)\n"
		"  --config FILE          instead of /etc/seedrive.conf and its folder\n"
		"  --json                 print in JSON what was done\n"
		"  -v, --verbose          say what each source gave\n"
		"  -q, --quiet            say nothing unless something is wrong\n"
		"  -h, --help             print this help, and exit\n",
	.run = run,
};
