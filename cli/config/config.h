/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef CLI_CONFIG_CONFIG_H
#define CLI_CONFIG_CONFIG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "drive/mode.h"
#include "seed/source/source.h"

/*
 * The configuration. config.c reads the files, and in_force.c computes the values in force from them; key.h has the keys,
 * their sections and their defaults. Nothing here prints; cli/configure.h does.
 */
#define CONFIG_FILE     "/etc/seedrive.conf"
#define CONFIG_FOLDER   "/etc/seedrive.conf.d"
#define CONFIG_KEYS_MAX 24

/* The largest values in [serve]; cli/cmd_serve.c asserts at compile time that the daemon has the same limits. */
#define CONFIG_RESERVOIR_MAX 4096    /* blocks */
#define CONFIG_RATE_MAX      1000000 /* blocks, for rate and burst */

/* The programs that have settings. The keys before any section apply to all programs, but the only one that the daemon
 * uses is `broker`. */
enum config_part {
	CONFIG_TOOLS, /* build, check, draw, reseed, sources: these have no section of their own */
	CONFIG_MKISOFS, /* seedrive-mkisofs, [mkisofs] */
	CONFIG_SERVE,   /* seedrive serve, [serve] */
	CONFIG_PARTS,
};

struct config_entry {
	char *value; /* NULL: not set */
	size_t file;
	unsigned line;
};

#define CONFIG_LISTEN_KEYS_MAX 12

/* One section [listen NAME]: see cli/config/listen.h. */
struct config_listen {
	char *name;
	size_t file; /* the section begins in this file, an index of @file in struct config, at this line */
	unsigned line;
	struct config_entry entry[CONFIG_LISTEN_KEYS_MAX];
};

struct config {
	struct config_entry entry[CONFIG_PARTS][CONFIG_KEYS_MAX];
	struct config_listen *listen;
	size_t listens;
	char **file; /* paths of the files, in the order of reading */
	size_t files;
	char **fault; /* messages, one line each: "FILE:LINE: KEY: what is wrong with it" */
	size_t faults;
	int err; /* -ENOMEM if memory ran out, else 0 */
};

/* The values in force for one program. The strings belong to the configuration, and are valid until config_clear(). */
struct settings {
	enum config_part part;
	struct source_list sources;
	const char *require; /* NULL: nothing */
	uint32_t bits;
	bool claim_less; /* the key shortfall: claim fewer bits, rather than fail */
	uint32_t deadline_ms;
	uint32_t ttl;
	const char *bind; /* auto, none or a UUID */
	bool provenance_full;
	enum drive_mode seed;
	bool strict;
	const char *fallback; /* NULL: none */
	const char *broker;   /* path of the broker's socket */
	/* only for the daemon: */
	uint32_t reservoir;   /* blocks of 64 bytes */
	uint32_t rate, burst; /* blocks that one uid may have: in a second, and at once */
	uint32_t budget;      /* bytes a second for all streams together; 0: no limit */
	const char *policy;   /* "exec:PATH" or "unix:PATH"; NULL: none */
	uint32_t policy_timeout_ms, policy_cache; /* the latter in seconds */
};

/**
 * config_read - read one file, or the default files
 * @c:    the caller's storage, zeroed; the caller calls config_clear() in the end, also after an error
 * @file: the only file to read, which must exist; NULL: read CONFIG_FILE and CONFIG_FOLDER, if they exist
 *
 * Each fault adds a message to c->fault, and the line with the fault is ignored. The caller decides whether faults are
 * an error.
 * Returns: 0 or -ENOMEM.
 */
int config_read(struct config *c, const char *file);

/** config_read_default - read @file, if it exists, then all *.conf in @folder in the byte order of their names. */
int config_read_default(struct config *c, const char *file, const char *folder);

/**
 * config_settle - the values in force for @part: those of its section, else those before any section, else the defaults
 * The daemon takes `source` only from its own section: a list before any section may name `broker`, the daemon.
 */
void config_settle(const struct config *c, enum config_part part, struct settings *ret);

/** config_address - set the configured socket for a `broker` in @sources, if the user gave no path for it. */
void config_address(const struct settings *s, struct source_list *sources);

/** config_burst - the burst in force: at most half of the reservoir, so that one user cannot empty it */
uint32_t config_burst(uint32_t burst, uint32_t reservoir);

/* One key with its value in force, for programs that show the configuration. */
struct config_shown {
	const char *key, *value;
	const char *file; /* NULL: the value is the default */
	unsigned line;
	/* Why the value in force is lower than the one in the file; NULL: it is not lower. */
	const char *limit;
	char text[256]; /* storage for a @value that is in no file */
};

/** config_show - key number @i of those that @part has, with its value in force; false after the last. */
bool config_show(const struct config *c, enum config_part part, size_t i, struct config_shown *ret);

/** config_origin - where the value of @key for @part comes from: "FILE:LINE" or "default". */
const char *config_origin(
	const struct config *c, enum config_part part, const char *key, char *out, size_t size);

/** config_parse_seed - parse a value of the key `seed`: on, mix or off. Returns: 0; -EINVAL for any other word. */
int config_parse_seed(const char *text, enum drive_mode *ret);

/** config_seed_word - the reverse of config_parse_seed(). */
const char *config_seed_word(enum drive_mode mode);

/** config_clear - free all; @c is then as before config_read(). */
void config_clear(struct config *c);

#endif
