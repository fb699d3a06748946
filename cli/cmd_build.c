/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A seed plus existing metadata into a config drive. */
#include "cli/build.h"
#include "cli/cmd.h"
#include "cli/interrupt.h"

#include <sys/stat.h>
#include <unistd.h>

static int open_out(struct build *b)
{
	if (b->to_stdout)
		return -1;
	if (interrupt_open(&b->replace, b->out, &b->make.fault) < 0)
		return report_failed(&b->make.fault);
	return -1;
}

static int fail_out(struct build *b, int err)
{
	if (b->make.fault.text[0] == '\0')
		fault_errno(&b->make.fault, err, b->to_stdout ? "standard output" : b->out);
	return report_failed(&b->make.fault);
}

static int write_out(struct build *b)
{
	int r = make_write(&b->make, b->to_stdout ? STDOUT_FILENO : b->replace.fd, b->out);

	if (r == 0 && !b->to_stdout)
		r = replace_commit(&b->replace);
	return r < 0 ? fail_out(b, r) : -1;
}

static int make(struct build *b)
{
	int status = build_lay_out(b);

	if (status < 0)
		status = write_out(b);
	if (status < 0 && b->make.drive.has_record)
		seed_tell(&b->make.seed, b->make.request.uuid);
	return status;
}

int build_one(struct build *b)
{
	int status = build_begin(b);

	if (status < 0)
		status = open_out(b);
	if (status < 0)
		status = build_gather(b);
	if (status < 0)
		status = make(b);
	if (status < 0) {
		status = EXIT_DONE;
		build_say(b);
	}
	make_clear(&b->make);
	if (!b->to_stdout)
		interrupt_end(&b->replace);
	return status;
}

/* libburn and libblkid would cost each build some of its time. */
static bool is_device(const struct build *b)
{
	struct stat st;

	return b->out && !b->to_stdout && stat(b->out, &st) == 0 && S_ISBLK(st.st_mode);
}

static int run(int argc, char **argv)
{
	static struct build b = { .replace = { .fd = -1, .dirfd = -1 } };
	int status = build_parse(&b, argc, argv);

	if (status < 0 && is_device(&b))
		status = away_device(argc, argv);
	if (status < 0)
		status = b.batch ? build_batch(&b) : build_one(&b);
	entropy_options_clear(&b.entropy);
	return status;
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
		"  --force                whatever the device holds\n"
		"  --batch LIST           many: a line each, OUT, a tab and DIR; - is standard input\n"
		"  --jobs N               so many at once (default: one for each CPU)\n"
		"  --label LABEL          default: config-2 for openstack/, cidata for meta-data\n"
		"  --publisher TEXT       for the volume descriptor\n"
		"  --bind auto|none|UUID  the instance whose guest may credit the seed; auto takes\n"
		"                         the uuid of openstack/latest/meta_data.json (default)\n"
		"  --ttl TIME             the seed expires after 90s, 15m, 12h, 1d, 2w (default: never)\n"
		"  --source LIST          draw from these (default: all that are here)\n"
		"  --require LIST         fail unless these passed; hardware: for the whole claim\n"
		"  --bits N               strength to claim, 1 to 16384 (default 256)\n"
		"  --config FILE          instead of /etc/seedrive.conf and its folder\n"
		"  --json                 say what was done in JSON\n"
		"  -v, --verbose          say what each source gave\n"
		"  -q, --quiet            say nothing unless something is wrong\n",
	.run = run,
};
