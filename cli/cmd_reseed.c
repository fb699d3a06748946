/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A fresh seed in a drive that stands: record and note in one write, then the random_seeds. */
#include "cli/cmd.h"
#include "drive/drive.h"
#include "cli/entropy.h"
#include "drive/image.h"
#include "seed/mix.h"
#include "util/io.h"
#include "util/secret.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

struct reseed {
	struct entropy_options entropy;
	const char *bind;
	bool has_ttl, has_bits;
	uint32_t ttl;
	struct image image;
	struct seed seed;
	struct reseed_secret *secret;
	struct drive_mixed files;
	uint8_t uuid[UUID_SIZE]; /* that the record is bound to now */
	struct fault fault;
};

struct reseed_secret {
	uint8_t both[RECORD_SIZE_MAX + RECORD_NOTE_SIZE];
};

enum { OPT_BIND = OPT_OWN, OPT_TTL };

static const struct option options[] = {
	OPTIONS_ENTROPY,
	{ "bind", required_argument, NULL, OPT_BIND },
	{ "ttl", required_argument, NULL, OPT_TTL },
	{ 0 },
};

static int parse(struct reseed *re, int argc, char **argv)
{
	static const char short_options[] = ":qv";
	uint8_t uuid[UUID_SIZE];
	int c, status = entropy_options_configure(&re->entropy, argc, argv, short_options, options);

	while (status < 0 && (c = option_next(argc, argv, short_options, options)) >= 0) {
		if (c == OPT_BIND) {
			re->bind = optarg;
		} else if (c == OPT_TTL) {
			re->has_ttl = true;
			if (option_duration("--ttl", optarg, &re->ttl) < 0)
				return EXIT_USAGE;
		} else {
			re->has_bits |= c == OPT_BITS;
			status = entropy_option(&re->entropy, c);
		}
	}
	if (status >= 0)
		return status;
	if (optind == argc)
		return report_usage("IMAGE is missing");
	if (argc - optind > 1)
		return report_usage("%s: one IMAGE is enough", argv[optind + 1]);
	if (re->bind && strcmp(re->bind, "none") != 0 &&
		uuid_parse(re->bind, strlen(re->bind), uuid) < 0)
		return report_usage("--bind: %s: must be none or a UUID", re->bind);
	return entropy_options_check(&re->entropy);
}

static int check_room(struct reseed *re)
{
	const struct image *im = &re->image;
	size_t blocks;

	if (!im->has_record)
		return fault_set(&re->fault, -ENOENT, "%s: no seed record to renew", im->path);
	if (!im->has_note || im->note_file.len != RECORD_NOTE_SIZE ||
		im->note_file.lba != im->record_file.lba + im->record_file.len / RECORD_SECTOR)
		return fault_set(&re->fault, -EBADMSG, "%s: %s does not follow the record",
			im->path, RECORD_NOTE_NAME);
	/* As strong as it was, unless told otherwise. */
	if (!re->has_bits && im->record.credit_bits > 0)
		re->entropy.bits = im->record.credit_bits;
	blocks = (re->entropy.bits + RECORD_BLOCK_BITS - 1) / RECORD_BLOCK_BITS;
	if (record_size(blocks * RECORD_BLOCK) > im->record_file.len)
		return fault_set(&re->fault, -ENOSPC, "%s: --bits %u: the record has room for %u",
			im->path, re->entropy.bits,
			(unsigned)((im->record_file.len - RECORD_HEADER) / RECORD_BLOCK *
				RECORD_BLOCK_BITS));
	return 0;
}

static int write_record(struct reseed *re, uint64_t now)
{
	const size_t len = (size_t)re->image.record_file.len;
	struct record rec = re->image.record;
	int r;

	memcpy(rec.seed_id, re->seed.id, RECORD_ID_SIZE);
	rec.credit_bits = re->seed.claim.credit_bits;
	rec.hardware_bits = re->seed.claim.hardware_bits;
	rec.issued_at = now;
	if (re->has_ttl)
		rec.ttl = re->ttl;
	if (re->bind) {
		memset(rec.uuid, 0, UUID_SIZE);
		(void)uuid_parse(re->bind, strlen(re->bind), rec.uuid);
	}
	memcpy(re->uuid, rec.uuid, UUID_SIZE);
	rec.seed = seed_bytes(&re->seed, &rec.seed_len);
	r = record_encode(&rec, re->secret->both, len);
	if (r < 0)
		return r;
	drive_note((char *)re->secret->both + len, &rec,
		re->entropy.settings.provenance_full ? &re->seed : NULL);
	return io_pwrite(re->image.fd, re->secret->both, len + RECORD_NOTE_SIZE,
		(uint64_t)re->image.record_file.lba * ISO_SECTOR);
}

/* Returns: what mix_metadata() does, with the new text in the image; other errors in @ret_err. */
static int mix_text(struct reseed *re, struct mixer *m, const struct iso_entry *file,
	const char *path, int *ret_err)
{
	const size_t len = (size_t)file->len;
	char *text = secret_new(len);
	int r = 0;

	*ret_err = text ? iso_read(&re->image.volume, file, 0, text, len) : -ENOMEM;
	if (*ret_err == 0)
		r = mix_metadata(m, text, len, path);
	if (*ret_err == 0 && r == 0)
		*ret_err = io_pwrite(re->image.fd, text, len, (uint64_t)file->lba * ISO_SECTOR);
	secret_free(text);
	return r;
}

static int mix_file(
	struct reseed *re, struct mixer *m, const struct iso_entry *file, const char *path)
{
	char name[PATH_MAX + IMAGE_METADATA_PATH];
	int err = 0, r = mix_size(file->len);

	if (r == 0)
		r = mix_text(re, m, file, path, &err);
	if (err < 0)
		return err;
	snprintf(name, sizeof(name), "%s: %s", re->image.path, path);
	drive_count_mixed(&re->files, r, name);
	return 0;
}

static int mix_all(struct reseed *re)
{
	char path[IMAGE_METADATA_PATH];
	struct mixer *m = mixer_new(seed_mix_key(&re->seed));
	struct iso_entry file;
	struct image_walk walk = { 0 };
	int r = m ? 1 : -ENOMEM;

	while (r > 0 && (r = image_metadata(&re->image, &walk, &file, path)) > 0) {
		const int e = mix_file(re, m, &file, path);

		if (e < 0)
			r = e;
	}
	mixer_free(m);
	return r;
}

static int renew(struct reseed *re)
{
	int r = 0;

	if (re->entropy.settings.seed == CONFIG_SEED_ON) {
		re->secret = secret_new(sizeof(*re->secret));
		r = re->secret ? write_record(re, (uint64_t)time(NULL)) : -ENOMEM;
	}
	if (r == 0)
		r = mix_all(re);
	if (r == 0 && fsync(re->image.fd) < 0)
		r = -errno;
	if (r < 0) {
		fault_errno(&re->fault, r, re->image.path);
		return report_failed(&re->fault);
	}
	return -1;
}

static void print_json(const struct reseed *re, const char *path)
{
	const enum config_seed mode = re->entropy.settings.seed;
	json_object *o = mode == CONFIG_SEED_ON ? entropy_json(&re->seed, &re->entropy) :
						  json_object_new_object();

	json_object_object_add(o, "image", json_object_new_string(path));
	json_object_object_add(o, "seed", json_object_new_string(config_seed_word(mode)));
	json_object_object_add(o, "random_seed_mixed", json_object_new_int64(re->files.mixed));
	json_object_object_add(o, "random_seed_left", json_object_new_int64(re->files.left));
	json_print(o, stdout);
}

static void print_text(const struct reseed *re, const char *path)
{
	char id[2 * RECORD_ID_SIZE + 1], text[PATH_MAX + 32];

	if (re->entropy.settings.seed == CONFIG_SEED_OFF) {
		printf("%s: as it was: %s\n", path,
			entropy_options_switch(&re->entropy, text, sizeof(text)));
		return;
	}
	hex_encode(re->seed.id, RECORD_ID_SIZE, id);
	if (re->entropy.settings.seed == CONFIG_SEED_MIX)
		printf("%s: seed as it was: %s", path,
			entropy_options_switch(&re->entropy, text, sizeof(text)));
	else
		printf("%s: fresh seed %s: %u bits", path, id, re->seed.claim.credit_bits);
	printf("; random_seed: %u mixed, %u left as they were\n", re->files.mixed, re->files.left);
	if (re->entropy.verbose)
		entropy_print(&re->seed, stdout);
}

static int work(struct reseed *re, const char *path)
{
	int status;

	if (image_open(&re->image, path, O_RDWR, &re->fault) < 0 || check_room(re) < 0)
		return report_failed(&re->fault);
	status = entropy_draw(&re->seed, &re->entropy);
	if (status < 0)
		status = renew(re);
	if (status < 0 && re->entropy.settings.seed == CONFIG_SEED_ON)
		seed_tell(&re->seed, re->uuid);
	return status;
}

static int run(int argc, char **argv)
{
	static struct reseed re = { .image = { .fd = -1 } };
	int status;

	status = parse(&re, argc, argv);
	if (status < 0 && re.entropy.settings.seed != CONFIG_SEED_OFF)
		status = work(&re, argv[optind]);
	if (status < 0) {
		if (re.entropy.json)
			print_json(&re, argv[optind]);
		else if (!re.entropy.quiet)
			print_text(&re, argv[optind]);
		status = EXIT_DONE;
	}
	image_close(&re.image);
	seed_clear(&re.seed);
	entropy_options_clear(&re.entropy);
	secret_free(re.secret);
	secret_wipe_stack();
	return status;
}

const struct command cmd_reseed = {
	.name = "reseed",
	.summary = "a fresh seed for a drive that stands, in place",
	.usage =
		"reseed [OPTION...] IMAGE\n"
		"\n"
		"Keeps what the drive is bound to, its time to live and its strength, unless told otherwise.\n"
		"\n"
		"  --bind none|UUID  bind the seed anew\n"
		"  --ttl TIME        the seed expires after 90s, 15m, 12h, 1d, 2w; 0: never\n"
		"  --source LIST     draw from these (default: all that are here)\n"
		"  --require LIST    fail unless these passed; hardware: for the whole claim\n"
		"  --bits N          strength to claim (default: as before)\n"
		"  --config FILE     instead of /etc/seedrive.conf and its folder\n"
		"  --json            say what was done in JSON\n"
		"  -v, --verbose     say what each source gave\n"
		"  -q, --quiet       say nothing unless something is wrong\n",
	.run = run,
};
