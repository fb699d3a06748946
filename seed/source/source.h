/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef SEED_SOURCE_SOURCE_H
#define SEED_SOURCE_SOURCE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "util/fault.h"

#define SOURCES_MAX        16
#define SOURCE_DEADLINE_MS 10000 /* for a device to deliver all that is asked of it */
#define SOURCE_ARG_MAX     256
#define SOURCE_DEVICE_MAX  128
#define SOURCE_REMARK_MAX  64
#define SOURCE_TEST_MBIT   4000 /* where nobody says otherwise */
#define SOURCE_MBIT_MIN    250  /* what can be stated, and tested: seed/cutoff.h */
#define SOURCE_MBIT_MAX    8000

#define SOURCE_DEADLINE_MAX_MS 3600000
#define SOURCE_DEADLINE_WORDS  "must be a time from 1ms to 1h, as in 500ms or 2s"

enum source_kind {
	SOURCE_CPU,    /* an instruction: cannot hang, delivers words of 64 bits */
	SOURCE_CODE,   /* a computation of our own process: slow perhaps, but it ends */
	SOURCE_DEVICE, /* something to open, read in a child: see seed/source/reader.h */
	SOURCE_BROKER, /* the daemon: gives blocks that are assessed already, see util/wire/broker.h */
	SOURCE_KERNEL, /* this kernel's generator: strength, but never hardware */
};

enum source_arg { ARG_NONE, ARG_OPTIONAL, ARG_REQUIRED };

struct source_spec;
struct source;
struct stat;

/* One source, open. What it is worth is settled by then. @open is handed what the table says, or what
 * the user states; it lowers that where it finds out that it is not so. */
struct source_handle {
	const struct source *src; /* which it is, and whose functions are to be called */
	int fd;
	void *state;                       /* the source's own, or NULL */
	unsigned assessed_bits, per_bytes; /* 128 per 16384, say; 0: mixed, never counted */
	unsigned
		test_mbit; /* min-entropy at which it is tested, thousandths of a bit a byte; 0: not at all */
	uint64_t retries;    /* answers without success on the way */
	int64_t deadline_ms; /* of clock_ms(), for all that is asked of it; set before @open */
	/* The physical thing behind it, the same under whatever name it was opened: "tpm 0". Two sources
	 * of one name are one, and counted once. Empty: nothing else can be the same. */
	char device[SOURCE_DEVICE_MAX];
	char remark[SOURCE_REMARK_MAX]; /* why it is worth less than its row says, or empty */
};

/* The contract. A row outlives its library: without @open it is "not built in". */
struct source {
	const char *name;  /* as typed after --source */
	const char *alias; /* typed as well, or NULL */
	const char *what;  /* one line for people */
	enum source_kind kind;
	enum source_arg arg;
	bool may_state;          /* what it is worth is the user's to say: bits= */
	bool may_state_emulated; /* the same, but only where the CPU is software: machine_is_emulated() */
	bool by_default;         /* drawn where --source does not say what is */
	const char
		*device; /* what it opens without an argument; NULL: nothing that access(2) knows */
	const char *const *settings; /* more keys after a comma, kept in the argument; NULL: none */
	unsigned assessed_bits, per_bytes;
	unsigned
		test_mbit; /* see struct source_handle; where the user states what it is worth, that */
	/* Is the argument well formed? NULL: whatever it is. -EINVAL with @f: "what is wrong with it". */
	int (*check)(const struct source_spec *spec, struct fault *f);
	/* -ENODEV, -ENOENT: none here. Both may block; neither may hang past the handle's deadline, as
	 * far as that is in a program's power. */
	int (*open)(const struct source_spec *spec, struct source_handle *h);
	int (*fill)(struct source_handle *h, uint8_t *raw, size_t len); /* all of len, or -errno */
	void (*close)(struct source_handle *h);
	/* Is this device one that the source reads, by its number? NULL: it reads none, or any. Then it is this
	 * source, whatever it was called: see source_open(). */
	bool (*knows)(const struct stat *st);
	/* What -errno means where it comes from this source, as the end of a sentence; NULL, or NULL
	 * returned: what it always means. */
	const char *(*why)(int err);
};

/* A source as the user asked for it. */
struct source_spec {
	const struct source *src;
	char arg[SOURCE_ARG_MAX]; /* "PATH", "swtpm:host=127.0.0.1,port=2321"; empty: none */
	bool stated;              /* the user says what it is worth: */
	unsigned stated_mbit;     /* thousandths of a bit a byte: 0, or 250..8000 */
	unsigned deadline_ms;     /* 0: as the list says */
	bool required;            /* where it fails nothing else matters: see schedule_gather() */
	bool rests; /* left out of this draw: it has failed, and is to be tried later */
};

struct source_list {
	struct source_spec spec[SOURCES_MAX];
	size_t count;
	unsigned deadline_ms; /* for each device, side by side; 0: SOURCE_DEADLINE_MS */
	bool by_default;      /* nobody named these: one that is absent is no news */
	bool hardware;        /* the whole claim is to rest on hardware */
	bool unmixed;         /* seed_mix_key() is not wanted, so nothing is drawn for it */
};

/** source_row - the rows of the table, in the order of drawing; NULL behind the last. */
const struct source *source_row(size_t i);

/** source_find - by name or alias; NULL: unknown. */
const struct source *source_find(const char *name, size_t len);

/**
 * source_parse - "NAME[:ARG][,key=value...],..." into a list, `kernel` put last
 * Returns: 0, or -EINVAL with @f naming the word.
 */
int source_parse(const char *text, struct source_list *ret, struct fault *f);

/**
 * source_parse_mbit - bits a byte as bits= takes them, "2.5": 0, or 0.25 to 8, with at most three decimals
 * @ret: thousandths; written on success only
 */
bool source_parse_mbit(const char *text, size_t len, unsigned *ret);

/**
 * source_parse_deadline - a deadline of a source, or of all: 1 to SOURCE_DEADLINE_MAX_MS, in any unit of duration_parse()
 * Returns: 0, or -EINVAL, for which the words are SOURCE_DEADLINE_WORDS.
 */
int source_parse_deadline(const char *text, size_t len, uint32_t *ret_ms);

/** source_timeout_ms - how long a source may take: what @spec states, else @list, else SOURCE_DEADLINE_MS. */
unsigned source_timeout_ms(const struct source_list *list, const struct source_spec *spec);

/** source_list_has_broker - is the daemon one of them? */
bool source_list_has_broker(const struct source_list *list);

/** source_default - all sources that are drawn where nobody says which, `kernel` last. */
void source_default(struct source_list *ret);

/**
 * source_open - with what is stated put in place; h->assessed_bits is the last word on its worth
 * A path to a device that another source knows is that source, with its rules: h->src, by which to go on.
 * @deadline_ms: of clock_ms(), for the opening and all that is read
 * A device is opened in a child only (seed/source/reader.h). Returns: 0 or -errno; -ENOSYS: not built in.
 */
int source_open(const struct source_spec *spec, struct source_handle *h, int64_t deadline_ms);

/** source_test_mbit - at what min-entropy it is tested, as far as that is known before it is open */
unsigned source_test_mbit(const struct source_spec *spec);

/** source_is_abundant - does it deliver so much for so little that only samples of it are counted in? */
bool source_is_abundant(const struct source_handle *h);

/** source_set_assessed - for a source's open: it is worth @bits for @per_bytes here, and @why, a few words. */
void source_set_assessed(
	struct source_handle *h, unsigned bits, unsigned per_bytes, const char *why);

/** source_knowing - which source reads this device; NULL: none by its number. */
const struct source *source_knowing(const struct stat *st);

/** source_identify - h->device, for what is no more than its node: "dev 188:0", "inode 8:1:4711". */
void source_identify(struct source_handle *h, const struct stat *st);

/** source_close_descriptor - the close of a source that keeps its descriptor and nothing else; also of one that is closed. */
void source_close_descriptor(struct source_handle *h);

#define SOURCE_LABEL_SIZE (SOURCE_ARG_MAX + 16)

/** source_label - the source as the user named it: "file:/dev/ttyUSB0". @out: SOURCE_LABEL_SIZE bytes. */
const char *source_label(const struct source_spec *spec, char *out, size_t size);

/** source_why - what @err, a negative errno, means where it comes from this source, as the end of a sentence. */
const char *source_why(const struct source_spec *spec, int err);

/* Whether this host has a source for this user. Where nobody named it, an absent one is no failure. */
enum source_presence {
	SOURCE_PRESENT,
	SOURCE_ABSENT,        /* -ENODEV, -ENOENT */
	SOURCE_NOT_PERMITTED, /* -EACCES, -EPERM */
	SOURCE_NOT_BUILT_IN,  /* -ENOSYS */
	SOURCE_FAILED,        /* any other error */
};

/** source_presence - by the error of an attempt to open or read it; 0: it is present. */
enum source_presence source_presence(int err);

/** source_presence_word - "present", "absent", "not permitted", "not built in", "failed". */
const char *source_presence_word(enum source_presence p);

extern const struct source source_broker, source_rdseed, source_rdrand, source_tpm, source_hwrng,
	source_egd, source_file, source_jitter, source_kernel;

#endif
