/* SPDX-License-Identifier: GPL-2.0-or-later */
/* genisoimage's command line, and nothing of its own but the seed. */
#include "cli/configure.h"
#include "drive/compose.h"
#include "cli/mkisofs_args.h"
#include "cli/mkisofs_say.h"
#include "cli/report.h"
#include "cli/start.h"
#include "iso/output/target.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define NO_LABEL "CDROM" /* genisoimage's, where none is given */

struct mkisofs {
	struct mkisofs_args args;
	struct entropy_options entropy;
	struct target target;
	struct make make;
};

static void show_help(void)
{
	fputs("usage: seedrive-mkisofs [OPTION...] [-o OUT] PATH...\n"
	      "\n"
	      "Makes an ISO 9660 image as genisoimage, mkisofs and xorrisofs do. One that is labelled\n"
	      "config-2, CONFIG-2, cidata or CIDATA also gets a seed for the guest's kernel.\n"
	      "\n"
	      "  -o, -output OUT          written where it stands; without it, standard output\n"
	      "  -V, -volid TEXT          the label\n"
	      "  -J, -joliet              names for Windows; -joliet-long: of up to 103 characters\n"
	      "  -r, -rational-rock       names, modes and links for Unix; all readable, and root's\n"
	      "  -R, -rock                the same, modes and owners as they are; --norock: neither\n"
	      "  -l, -iso-level N, -allow-lowercase, -relaxed-filenames, -max-iso9660-filenames,\n"
	      "  -U, -N, -d               what the plain names may be\n"
	      "  -publisher, -p, -A, -sysid, -volset TEXT\n"
	      "                           what the volume descriptor says\n"
	      "  -f, -follow-links        what a symbolic link leads to, rather than the link\n"
	      "  -graft-points            a PATH is PLACE=PATH\n"
	      "  -quiet                   no progress on a terminal\n"
	      "  -version, -help\n"
	      "\n"
	      "seedrive-mkisofs(1) has all of them; /etc/seedrive.conf rules the seed.\n",
		stderr);
}

/* --- another program --- */

/* A fallback that leads back here would never end. */
static bool is_this_program(const char *path)
{
	struct stat a, b;

	return stat(path, &a) == 0 && stat("/proc/self/exe", &b) == 0 && a.st_ino == b.st_ino &&
		a.st_dev == b.st_dev;
}

/* The whole line, for what we cannot honour, if there is somebody who can. */
static int hand_over(const struct fault *refused, char **argv)
{
	struct config config = { 0 };
	struct settings settings;
	int status = configure(&config, NULL, CONFIG_MKISOFS, &settings);

	if (status >= 0)
		goto out;
	status = EXIT_FAILED;
	if (!settings.fallback) {
		report_error("%s", refused->text);
	} else if (is_this_program(settings.fallback)) {
		report_error("fallback: %s: is this program; %s", settings.fallback, refused->text);
	} else {
		argv[0] = (char *)settings.fallback;
		execv(settings.fallback, argv);
		report_error("fallback: %s: %s", settings.fallback, strerror(errno));
	}
out:
	config_clear(&config);
	return status;
}

/* --- in --- */

static bool may_mix(const struct mkisofs_args *a)
{
	size_t i;

	for (i = 0; i < a->paths; i++)
		if (a->path[i].graft || drive_may_mix(a->path[i].source))
			return true;
	return false;
}

/* What a guest looks for a seed on; of all else the configuration has nothing to say. */
static int set_up(struct mkisofs *m)
{
	int status;

	entropy_options_init(&m->entropy);
	m->entropy.quiet = m->args.quiet;
	m->make.entropy = &m->entropy;
	m->make.plain = !m->args.label || !drive_is_seed_label(m->args.label);
	if (m->make.plain)
		return -1;
	status = configure(&m->entropy.config, NULL, CONFIG_MKISOFS, &m->entropy.settings);
	if (status >= 0)
		return status;
	entropy_options_settle(&m->entropy);
	m->entropy.sources.unmixed = !may_mix(&m->args);
	m->make.seed_mode = m->entropy.settings.seed;
	m->make.request.ttl = m->entropy.settings.ttl;
	if (start_secrets() == 0)
		return make_begin(&m->make);
	m->make.seed_mode = CONFIG_SEED_OFF;
	return m->entropy.settings.claim_less ? -1 : EXIT_FAILED;
}

static int add_paths(struct mkisofs *m)
{
	const struct stat *out = &m->target.st;
	const struct tree_omit omit = { out->st_dev, out->st_ino };
	const struct tree_rules rules = {
		.omit = &omit,
		.omits = S_ISREG(out->st_mode),
		.follow = m->args.follow,
	};
	size_t i;
	int r = tree_open(&m->make.tree, NULL, NULL, 0, &m->make.fault);

	for (i = 0; i < m->args.paths && r == 0; i++)
		r = tree_graft(&m->make.tree, m->args.path[i].graft, m->args.path[i].source, &rules,
			&m->make.fault);
	if (r == 0 && m->make.tree.omitted_first && m->target.path && out->st_size > 0)
		r = make_check_old(&m->make, AT_FDCWD, m->target.path, m->target.path);
	return r;
}

static int gather(struct mkisofs *m)
{
	const char *epoch = make_clock(&m->make);
	size_t links;

	if (epoch)
		report_warning("SOURCE_DATE_EPOCH: %s: must be seconds since 1970", epoch);
	if (add_paths(m) < 0)
		return report_failed(&m->make.fault);
	links = m->args.rock_ridge ? 0 : tree_drop_links(&m->make.tree);
	if (links > 0)
		report_warning("%zu symbolic link%s left out: only Rock Ridge (-r, -R) has them",
			links, links > 1 ? "s" : "");
	if (!m->make.plain)
		make_bind(&m->make, m->entropy.settings.bind);
	return -1;
}

/* --- out --- */

static int open_out(struct mkisofs *m)
{
	if (target_open(&m->target, m->args.out, &m->make.fault) < 0)
		return report_failed(&m->make.fault);
	if (!m->args.out && isatty(STDOUT_FILENO)) {
		report_error("standard output: an image does not go to a terminal");
		return EXIT_FAILED;
	}
	return -1;
}

/* All but the contents is settled: only now is anything done to OUT. */
static int write_out(struct mkisofs *m)
{
	const char *what = m->args.out ? m->args.out : "standard output";
	int r = target_begin(&m->target, m->make.layout.size);

	m->make.fault.text[0] = '\0';
	m->make.layout.descriptors_last = m->target.placed;
	if (r == 0)
		r = make_write(&m->make, m->target.fd, what);
	if (r == 0)
		r = target_end(&m->target);
	if (r == 0)
		return -1;
	if (m->make.fault.text[0] == '\0')
		fault_errno(&m->make.fault, r, what);
	return report_failed(&m->make.fault);
}

static int make(struct mkisofs *m)
{
	const struct mkisofs_args *a = &m->args;
	const struct iso_options iso = {
		.label = a->label ? a->label : NO_LABEL,
		.publisher = a->publisher,
		.preparer = a->preparer,
		.application = a->application,
		.system = a->system,
		.volume_set = a->volume_set,
		.names = a->names,
		.rock_ridge = a->rock_ridge,
		.keep_owners = !a->rational,
		.joliet = a->joliet,
		.joliet_long = a->joliet_long,
		.fixed_time = m->make.fixed_time,
		.time = m->make.now,
	};
	const int status = make_lay_out(&m->make, &iso);

	return status < 0 ? write_out(m) : status;
}

static int make_drive(struct mkisofs *m)
{
	int status = open_out(m);

	if (status < 0)
		status = set_up(m);
	if (status < 0)
		status = gather(m);
	if (status < 0)
		status = make(m);
	return status < 0 ? EXIT_DONE : status;
}

/* Of a plain image not a word; of a drive one in the journal, and to the broker that had a part in it. */
static int run(struct mkisofs *m)
{
	const char *label = m->args.label;
	int status;

	if (label && drive_is_seed_label(label))
		say_listen();
	status = make_drive(m);
	if (!label || !drive_is_seed_label(label))
		return status;
	if (status == EXIT_DONE && m->make.drive.has_record)
		seed_tell(&m->make.seed, m->make.request.uuid);
	say_made(&m->make, m->args.out ? m->args.out : "standard output", label, status);
	return status;
}

static int act(struct mkisofs *m, int argc, char **argv)
{
	struct fault f;
	const int r = mkisofs_parse(&m->args, argc, argv, &f);
	int status;

	if (r == -ENOTSUP)
		return hand_over(&f, argv);
	if (r < 0)
		return report_failed(&f);
	if (m->args.action == MKISOFS_HELP) {
		show_help();
		return EXIT_DONE;
	}
	if (m->args.action == MKISOFS_VERSION) {
		puts("seedrive-mkisofs " VERSION);
		return EXIT_DONE;
	}
	start_signals();
	status = run(m);
	make_clear(&m->make);
	target_clear(&m->target);
	entropy_options_clear(&m->entropy);
	return status;
}

int main(int argc, char **argv)
{
	static struct mkisofs m = { .target = { .fd = -1 } };
	int status;

	start_descriptors();
	report_program("seedrive-mkisofs");
	status = act(&m, argc, argv);
	mkisofs_args_clear(&m.args);
	return finish(status);
}
