/* SPDX-License-Identifier: GPL-2.0-or-later */
/* `seedrive build` onto a block device or an optical drive; what it becomes for those (cli/away.c). */
#include "cli/build.h"
#include "iso/output/burner.h"
#include "cli/cmd.h"
#include "iso/output/disk.h"
#include "cli/progress.h"
#include "iso/output/holder.h"

#include <sys/stat.h>

struct device {
	struct build build;
	bool optical;
	struct disk disk;
	struct burner burner;
	struct draft image;
};

/* Before a source is drawn from: what is refused costs nobody any entropy. */
static int open_out(struct device *d)
{
	struct fault *f = &d->build.make.fault;
	struct stat st;
	int r;

	d->optical = stat(d->build.out, &st) == 0 && holder_optical(&st);
	d->disk.path = d->burner.path = d->build.out;
	d->disk.force = d->burner.force = d->build.force;
	r = d->optical ? burner_open(&d->burner, f) : disk_open(&d->disk, f);
	return r < 0 ? report_failed(f) : -1;
}

/* All of it is there, and no file has changed meanwhile, before anything is done to the device. */
static int fill_image(struct device *d)
{
	struct make *m = &d->build.make;
	int r = draft_open(&d->image, m->layout.size);

	if (r < 0)
		fault_errno(&m->fault, r, "the image, in memory");
	else
		r = make_write(m, d->image.fd, d->build.out);
	if (r < 0 && m->fault.text[0] == '\0')
		fault_errno(&m->fault, r, "the image, in memory");
	return r < 0 ? report_failed(&m->fault) : -1;
}

static int write_out(struct device *d)
{
	struct fault *f = &d->build.make.fault;
	struct progress progress;
	int r;

	progress_init(&progress, d->build.out, d->build.entropy.quiet);
	r = d->optical ? burner_write(&d->burner, &d->image, progress_show, &progress, f) :
			 disk_write(&d->disk, &d->image, progress_show, &progress, f);
	progress_end(&progress);
	return r < 0 ? report_failed(f) : -1;
}

static int make(struct device *d)
{
	struct build *b = &d->build;
	int status = build_lay_out(b);

	if (status < 0)
		status = fill_image(d);
	if (status < 0)
		status = write_out(d);
	if (status < 0 && b->make.drive.has_record)
		seed_tell(&b->make.seed, b->make.request.uuid);
	return status;
}

static int build(struct device *d)
{
	int status = open_out(d);

	if (status < 0)
		status = build_begin(&d->build);
	if (status < 0)
		status = build_gather(&d->build);
	if (status < 0)
		status = make(d);
	if (status < 0) {
		status = EXIT_DONE;
		build_say(&d->build);
	}
	make_clear(&d->build.make);
	draft_clear(&d->image);
	disk_close(&d->disk);
	burner_close(&d->burner);
	return status;
}

static int run(int argc, char **argv)
{
	static struct device d = {
		.build.replace = { .fd = -1, .dirfd = -1 },
		.disk.fd = -1,
		.image.fd = -1,
	};
	int status = build_parse(&d.build, argc, argv);

	if (status < 0)
		status = build(&d);
	entropy_options_clear(&d.build.entropy);
	return status;
}

const struct command cmd_device = {
	.name = "build",
	.summary = BUILD_SUMMARY,
	.run = run,
};
