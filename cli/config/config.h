/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef CLI_CONFIG_CONFIG_H
#define CLI_CONFIG_CONFIG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "drive/mode.h"
#include "seed/source/source.h"

/*
 * The configuration: which keys there are, where each may stand, what it is by default. Reads and settles,
 * and never prints; see cli/configure.h for that.
 */
#define CONFIG_FILE     "/etc/seedrive.conf"
#define CONFIG_FOLDER   "/etc/seedrive.conf.d"
#define CONFIG_KEYS_MAX 24

/* The largest values of [serve]; the daemon is held to the same at compile time, in cli/cmd_serve.c. */
#define CONFIG_RESERVOIR_MAX 4096    /* blocks */
#define CONFIG_RATE_MAX      1000000 /* blocks, of rate and burst */

/* Whose settings. The keys before any section are for all of them but the daemon. */
enum config_part {
	CONFIG_TOOLS,   /* build, draw, reseed, sources: no section of their own */
	CONFIG_MKISOFS, /* seedrive-mkisofs, [mkisofs] */
	CONFIG_SERVE,   /* seedrive serve, [serve] */
	CONFIG_PARTS,
};

struct config_entry {
	char *value; /* NULL: not set */
	size_t file;
	unsigned line;
};

#define CONFIG_LISTEN_KEYS_MAX 8

/* One section [listen NAME]: see cli/config/listen.h. */
struct config_listen {
	char *name;
	size_t file; /* where it begins */
	unsigned line;
	struct config_entry entry[CONFIG_LISTEN_KEYS_MAX];
};

struct config {
	struct config_entry entry[CONFIG_PARTS][CONFIG_KEYS_MAX];
	struct config_listen *listen;
	size_t listens;
	char **file; /* those that were read, in that order */
	size_t files;
	char **fault; /* one line each: "FILE:LINE: KEY: what is wrong with it" */
	size_t faults;
	int err; /* memory that was not to be had */
};

/* What one program goes by; texts are the configuration's, up to config_clear(). */
struct settings {
	enum config_part part;
	struct source_list sources;
	const char *require; /* NULL: nothing */
	uint32_t bits;
	bool claim_less; /* shortfall: claim what there is, rather than fail */
	uint32_t deadline_ms;
	uint32_t ttl;
	const char *bind; /* auto, none or a UUID */
	bool provenance_full;
	enum drive_mode seed;
	bool strict;
	const char *fallback; /* NULL: none */
	const char *broker;   /* its socket */
	/* the daemon's */
	uint32_t reservoir;   /* blocks of 64 bytes */
	uint32_t rate, burst; /* blocks for one uid: a second, and at once */
	uint32_t budget;      /* bytes a second for all streams; 0: as many as they ask for */
	const char *policy;   /* "exec:PATH" or "unix:PATH"; NULL: none */
	uint32_t policy_timeout_ms, policy_cache; /* the latter in seconds */
};

/**
 * config_read - FILE, or the files that are there by default
 * @c:    the caller's, zeroed; needs config_clear() in the end, also after an error
 * @file: that one alone, which then has to exist; NULL: CONFIG_FILE and CONFIG_FOLDER, if they do
 *
 * What is faulty stands in c->fault and counts as if it were not there: whether that is an error is the
 * caller's to say. Returns: 0 or -ENOMEM.
 */
int config_read(struct config *c, const char *file);

/** config_read_default - the same with other names: @file, then @folder/[*].conf in byte order. */
int config_read_default(struct config *c, const char *file, const char *folder);

/**
 * config_settle - what @part goes by: its section, else the keys before any section, else the default
 * The daemon takes its sources from its own section alone, as they may name the daemon.
 */
void config_settle(const struct config *c, enum config_part part, struct settings *ret);

/** config_address - where `broker` stands among @sources without a path of its own: the configured one. */
void config_address(const struct settings *s, struct source_list *sources);

/** config_burst - what the daemon makes of @burst: there is to be something left of the stock for the others */
uint32_t config_burst(uint32_t burst, uint32_t reservoir);

/* One row of the table, for whoever shows the configuration. */
struct config_shown {
	const char *key, *value;
	const char *file; /* NULL: the default */
	unsigned line;
	const char *limit; /* why less is in force than is written there; NULL: it is not so */
	char text[256];    /* of a value that is not written anywhere */
};

/** config_show - key number @i of those that @part goes by, with the value that is in force; false behind the last. */
bool config_show(const struct config *c, enum config_part part, size_t i, struct config_shown *ret);

/** config_origin - where @key of @part comes from: "FILE:LINE" or "default". */
const char *config_origin(
	const struct config *c, enum config_part part, const char *key, char *out, size_t size);

/** config_parse_seed - the reverse. Returns: 0; -EINVAL for any other word. */
int config_parse_seed(const char *text, enum drive_mode *ret);

/** config_seed_word - as it stands in the configuration. */
const char *config_seed_word(enum drive_mode mode);

void config_clear(struct config *c);

#endif
