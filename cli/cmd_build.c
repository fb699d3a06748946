/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A seed plus existing metadata into a config drive. */
#include "cli/batch.h"
#include "cli/cmd.h"
#include "cli/interrupt.h"
#include "cli/make.h"
#include "util/replace.h"
#include "util/secret.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* What a NoCloud drive needs besides user-data; cloud-localds makes the same where none is given. */
static const char default_metadata[] = "instance-id: iid-local01\n";

struct build {
	struct entropy_options entropy;
	const char *out, *dir, *label, *publisher, *bind;
	const char *user_data, *meta_data, *network_config;
	const char *batch; /* a list, instead of OUT and DIR */
	uint32_t jobs;     /* 0: as many as CPUs */
	/* the work */
	bool to_stdout;
	struct replace replace;
	struct make make;
};

enum {
	OPT_LABEL = OPT_OWN,
	OPT_PUBLISHER,
	OPT_BIND,
	OPT_TTL,
	OPT_USER_DATA,
	OPT_META_DATA,
	OPT_NETWORK_CONFIG,
	OPT_BATCH,
	OPT_JOBS,
};

static const struct option options[] = {
	OPTIONS_ENTROPY,
	{ "output", required_argument, NULL, 'o' },
	{ "label", required_argument, NULL, OPT_LABEL },
	{ "publisher", required_argument, NULL, OPT_PUBLISHER },
	{ "bind", required_argument, NULL, OPT_BIND },
	{ "ttl", required_argument, NULL, OPT_TTL },
	{ "user-data", required_argument, NULL, OPT_USER_DATA },
	{ "meta-data", required_argument, NULL, OPT_META_DATA },
	{ "network-config", required_argument, NULL, OPT_NETWORK_CONFIG },
	{ "batch", required_argument, NULL, OPT_BATCH },
	{ "jobs", required_argument, NULL, OPT_JOBS },
	{ 0 },
};

static int take_option(struct build *b, int c)
{
	switch (c) {
	case 'o':
		b->out = optarg;
		return -1;
	case OPT_LABEL:
		b->label = optarg;
		return -1;
	case OPT_PUBLISHER:
		b->publisher = optarg;
		return -1;
	case OPT_BIND:
		b->bind = optarg;
		return -1;
	case OPT_TTL:
		return option_duration("--ttl", optarg, &b->make.request.ttl) < 0 ? EXIT_USAGE : -1;
	case OPT_USER_DATA:
		b->user_data = optarg;
		return -1;
	case OPT_META_DATA:
		b->meta_data = optarg;
		return -1;
	case OPT_NETWORK_CONFIG:
		b->network_config = optarg;
		return -1;
	case OPT_BATCH:
		b->batch = optarg;
		return -1;
	case OPT_JOBS:
		return option_number("--jobs", optarg, 1, BATCH_JOBS_MAX, &b->jobs) < 0 ?
			EXIT_USAGE :
			-1;
	default:
		return entropy_option(&b->entropy, c);
	}
}

static bool is_text(const char *s, size_t max)
{
	size_t len = strlen(s), i;

	for (i = 0; i < len; i++)
		if (s[i] < ' ' || s[i] > '~')
			return false;
	return len <= max;
}

static int check_output(struct build *b)
{
	b->to_stdout = strcmp(b->out, "-") == 0;
	if (b->to_stdout && isatty(STDOUT_FILENO))
		return report_usage("-o -: an image does not go to a terminal");
	if (b->to_stdout && b->entropy.json)
		return report_usage("--json: standard output is the image's");
	return -1;
}

/* Which drive, or drives. */
static int check_what(struct build *b)
{
	const bool files = b->user_data || b->meta_data || b->network_config;

	if (b->batch && (b->out || b->dir || files))
		return report_usage("--batch: the list has OUT and DIR");
	if (b->batch && b->entropy.json)
		return report_usage("--json: not with --batch");
	if (b->batch)
		return -1;
	if (b->jobs)
		return report_usage("--jobs: only with --batch");
	if (!b->out)
		return report_usage("-o OUT is missing");
	if (!b->dir == !files)
		return report_usage(files ? "either DIR or --user-data and its kin, not both" :
					    "DIR is missing");
	return check_output(b);
}

static int check_words(struct build *b)
{
	const int status = check_what(b);

	if (status >= 0)
		return status;
	if (b->label && (!*b->label || !is_text(b->label, 32)))
		return report_usage("--label: %s: must be 1 to 32 ASCII characters", b->label);
	if (b->publisher && !is_text(b->publisher, 128))
		return report_usage("--publisher: must be at most 128 ASCII characters");
	return -1;
}

/* --bind UUID and SOURCE_DATE_EPOCH, which are worth an early word too. */
static int check_values(struct build *b)
{
	const char *epoch = make_clock(&b->make);

	if (epoch)
		return report_usage("SOURCE_DATE_EPOCH: %s: must be seconds since 1970", epoch);
	if (strcmp(b->bind, "auto") != 0 && strcmp(b->bind, "none") != 0 &&
		uuid_parse(b->bind, strlen(b->bind), b->make.request.uuid) < 0)
		return report_usage("--bind: %s: must be auto, none or a UUID", b->bind);
	return -1;
}

static enum config_seed seed_mode(const struct build *b)
{
	return b->make.seed_mode;
}

/* The configuration first; what the options say comes after that, and wins. */
static int parse(struct build *b, int argc, char **argv)
{
	static const char short_options[] = ":o:qv";
	int c, status = entropy_options_configure(&b->entropy, argc, argv, short_options, options);

	b->make.entropy = &b->entropy;
	b->make.seed_mode = b->entropy.settings.seed;
	b->bind = b->entropy.settings.bind;
	b->make.request.ttl = b->entropy.settings.ttl;
	while (status < 0 && (c = option_next(argc, argv, short_options, options)) >= 0)
		status = take_option(b, c);
	if (status >= 0)
		return status;
	if (argc - optind > 1)
		return report_usage("%s: one DIR is enough", argv[optind + 1]);
	b->dir = argv[optind];
	status = check_words(b);
	if (status < 0)
		status = check_values(b);
	return status < 0 ? entropy_options_check(&b->entropy) : status;
}

/* --- in: the tree --- */

static bool is_out(const struct build *b, const struct stat *st)
{
	return b->replace.replaces && st->st_ino == b->replace.old.st_ino &&
		st->st_dev == b->replace.old.st_dev;
}

static int add_named(struct build *b, const char *name, const char *path)
{
	int r = path ? tree_add_file(&b->make.tree, name, path, &b->make.fault) : 0;
	struct tree_node *node = path && r == 0 ? tree_find(&b->make.tree, name) : NULL;

	if (node && is_out(b, &node->st))
		return fault_set(&b->make.fault, -EEXIST,
			"%s: is one of the files that go on the drive", b->out);
	return r;
}

static int open_files(struct build *b)
{
	int r = tree_open(&b->make.tree, NULL, NULL, 0, &b->make.fault);

	if (r == 0)
		r = add_named(b, "user-data", b->user_data);
	if (r == 0)
		r = add_named(b, "meta-data", b->meta_data);
	if (r == 0)
		r = add_named(b, "network-config", b->network_config);
	/* NoCloud wants both, were they empty. */
	if (r == 0 && !b->user_data)
		r = tree_add_bytes(
			&b->make.tree, "user-data", "", 0, 0444, b->make.now, &b->make.fault);
	if (r == 0 && !b->meta_data)
		r = tree_add_bytes(&b->make.tree, "meta-data", default_metadata,
			sizeof(default_metadata) - 1, 0444, b->make.now, &b->make.fault);
	return r;
}

/* The temporary file too may lie in DIR. */
static int open_dir(struct build *b)
{
	struct tree_omit omit[2];
	size_t omits = 0;
	struct stat st;
	int r;

	if (b->replace.replaces) {
		omit[omits].dev = b->replace.old.st_dev;
		omit[omits++].ino = b->replace.old.st_ino;
	}
	if (!b->to_stdout && fstat(b->replace.fd, &st) == 0) {
		omit[omits].dev = st.st_dev;
		omit[omits++].ino = st.st_ino;
	}
	r = tree_open(&b->make.tree, b->dir, omit, omits, &b->make.fault);
	if (r < 0 || !b->make.tree.omitted_first || !b->replace.replaces ||
		b->replace.old.st_size == 0)
		return r;
	return make_check_old(&b->make, b->replace.dirfd, b->replace.name, b->out);
}

static int gather(struct build *b)
{
	if ((b->dir ? open_dir(b) : open_files(b)) < 0)
		return report_failed(&b->make.fault);
	if (!b->label)
		b->label = drive_default_label(&b->make.tree);
	if (!b->label)
		return report_usage(
			"%s: neither openstack/ nor meta-data in it: --label is needed", b->dir);
	if (!drive_is_seed_label(b->label))
		report_warning("--label: %s: guests look for a seed on config-2 and cidata only",
			b->label);
	make_bind(&b->make, b->bind);
	return -1;
}

/* --- out: the image --- */

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
	const struct iso_options iso = {
		.label = b->label,
		.publisher = b->publisher,
		.names = { .level = 3, .lowercase = true },
		.rock_ridge = true,
		.joliet = true,
		.fixed_time = b->make.fixed_time,
		.time = b->make.now,
	};
	int status = make_lay_out(&b->make, &iso);

	if (status < 0)
		status = write_out(b);
	if (status < 0 && b->make.drive.has_record)
		seed_tell(&b->make.seed, b->make.request.uuid);
	return status;
}

/* --- what was done --- */

static void print_record(const struct build *b, FILE *to)
{
	char id[2 * RECORD_ID_SIZE + 1], uuid[UUID_STRLEN + 1];
	static const uint8_t unbound[UUID_SIZE];

	hex_encode(b->make.seed.id, RECORD_ID_SIZE, id);
	uuid_format(b->make.request.uuid, uuid);
	fprintf(to, "bound to %s\n",
		memcmp(b->make.request.uuid, unbound, UUID_SIZE) ? uuid : "no instance");
	fprintf(to, "  seed %s: %u bits, %u of them from hardware\n", id,
		b->make.seed.claim.credit_bits,
		b->make.seed.claim.hardware_bits < b->make.seed.claim.credit_bits ?
			b->make.seed.claim.hardware_bits :
			b->make.seed.claim.credit_bits);
}

static void print_result(const struct build *b)
{
	FILE *to = b->to_stdout ? stderr : stdout;
	char text[PATH_MAX + 32];

	fprintf(to, "%s: %" PRIu64 " KiB, label %s, ", b->to_stdout ? "standard output" : b->out,
		b->make.layout.size / 1024, b->label);
	if (seed_mode(b) == CONFIG_SEED_ON)
		print_record(b, to);
	else
		fprintf(to, "without a seed: %s\n",
			entropy_options_switch(&b->entropy, text, sizeof(text)));
	if (seed_mode(b) == CONFIG_SEED_OFF)
		return;
	fprintf(to, "  random_seed: %u mixed, %u left as they were\n", b->make.drive.mixed,
		b->make.drive.left);
	if (b->entropy.verbose)
		entropy_print(&b->make.seed, to);
}

static void add_record_json(json_object *o, const struct build *b)
{
	char uuid[UUID_STRLEN + 1];
	static const uint8_t unbound[UUID_SIZE];

	uuid_format(b->make.request.uuid, uuid);
	json_object_object_add(o, "bound_to",
		memcmp(b->make.request.uuid, unbound, UUID_SIZE) ? json_object_new_string(uuid) :
								   NULL);
	json_object_object_add(o, "issued_at", json_object_new_int64(b->make.now));
	json_object_object_add(o, "ttl", json_object_new_int64(b->make.request.ttl));
}

static void print_json(const struct build *b)
{
	json_object *o = seed_mode(b) == CONFIG_SEED_ON ? entropy_json(&b->make.seed, &b->entropy) :
							  json_object_new_object();

	json_object_object_add(o, "output", json_object_new_string(b->out));
	json_object_object_add(o, "size", json_object_new_int64((int64_t)b->make.layout.size));
	json_object_object_add(o, "label", json_object_new_string(b->label));
	json_object_object_add(o, "seed", json_object_new_string(config_seed_word(seed_mode(b))));
	if (seed_mode(b) == CONFIG_SEED_ON)
		add_record_json(o, b);
	json_object_object_add(o, "random_seed_mixed", json_object_new_int64(b->make.drive.mixed));
	json_object_object_add(o, "random_seed_left", json_object_new_int64(b->make.drive.left));
	json_print(o, stdout);
}

/* From the first byte of entropy to the last one of the image, and what there is to say of it. */
static int build(struct build *b)
{
	int status;

	b->entropy.sources.unmixed = !b->dir || !drive_may_mix(b->dir);
	status = make_begin(&b->make);

	if (status < 0)
		status = open_out(b);
	if (status < 0)
		status = gather(b);
	if (status < 0)
		status = make(b);
	if (status < 0) {
		status = EXIT_DONE;
		if (b->entropy.json)
			print_json(b);
		else if (!b->entropy.quiet)
			print_result(b);
	}
	make_clear(&b->make);
	if (!b->to_stdout)
		interrupt_end(&b->replace);
	return status;
}

/* --- many of them --- */

static int build_row(void *ctx, const struct batch_row *row)
{
	struct build *common = ctx;
	static struct build b; /* where the handler of signals finds it */
	int status;

	if (!common->make.memory && common->make.seed_mode != CONFIG_SEED_OFF)
		common->make.memory = draw_memory_new();
	b = *common;
	b.make.entropy = &b.entropy;
	b.out = row->out;
	b.dir = row->dir;
	if (!b.make.fixed_time)
		b.make.now = time(NULL);
	/* Of each a word only where that is asked for; of all there is one in the end. */
	b.entropy.quiet |= !b.entropy.verbose;
	status = build(&b);
	if (status != EXIT_DONE)
		report_error("%s: not made", row->out);
	return status;
}

static void end_rows(void *ctx)
{
	struct build *common = ctx;

	draw_memory_free(common->make.memory);
	common->make.memory = NULL;
	secret_wipe_stack();
}

static int build_batch(struct build *b)
{
	const struct batch_work work = { build_row, end_rows, b };
	const unsigned jobs = b->jobs ? b->jobs : batch_jobs();
	struct batch batch;
	int status = EXIT_FAILED;
	long done = -1;

	if (batch_read(&batch, b->batch, &b->make.fault) < 0) {
		report_failed(&b->make.fault);
		goto out;
	}
	done = batch_run(&batch, jobs, &work, b->entropy.quiet);
	if (done < 0) {
		report_error("--batch: %s", strerror((int)-done));
		goto out;
	}
	status = (size_t)done == batch.rows ? EXIT_DONE : EXIT_FAILED;
	if (!b->entropy.quiet)
		printf("%ld of %zu drives made\n", done, batch.rows);
out:
	batch_clear(&batch);
	return status;
}

static int run(int argc, char **argv)
{
	static struct build b = { .replace = { .fd = -1, .dirfd = -1 } };
	int status = parse(&b, argc, argv);

	if (status < 0)
		status = b.batch ? build_batch(&b) : build(&b);
	entropy_options_clear(&b.entropy);
	return status;
}

const struct command cmd_build = {
	.name = "build",
	.summary = "metadata tree -> seeded config drive",
	.usage =
		"build [OPTION...] -o OUT DIR\n"
		"       seedrive build [OPTION...] -o OUT --user-data FILE [--meta-data FILE]\n"
		"                      [--network-config FILE]\n"
		"       seedrive build [OPTION...] --batch LIST [--jobs N]\n"
		"\n"
		"  -o, --output OUT       the image; - is standard output\n"
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
