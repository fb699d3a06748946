/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef SEED_SOURCE_SOURCE_H
#define SEED_SOURCE_SOURCE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "util/fault.h"

#define SOURCES_MAX        16
#define SOURCE_DEADLINE_MS 10000 /* limit for a device to deliver all bytes requested of it */
#define SOURCE_ARG_MAX     256
#define SOURCE_DEVICE_MAX  128
#define SOURCE_REMARK_MAX  64
/* The min-entropy that the tests assume, unless the source or the user states another one. */
#define SOURCE_TEST_MBIT 4000
/* The lowest and the highest value that bits= accepts, besides 0. seed/cutoff.h has cutoffs for this range. */
#define SOURCE_MBIT_MIN 250
#define SOURCE_MBIT_MAX 8000

#define SOURCE_DEADLINE_MAX_MS 3600000
#define SOURCE_DEADLINE_WORDS  "must be a time from 1ms to 1h, as in 500ms or 2s"

enum source_kind {
	SOURCE_CPU,    /* a CPU instruction: it cannot hang, and delivers words of 64 bits */
	SOURCE_CODE,   /* a computation in our own process: it may be slow, but it always ends */
	SOURCE_DEVICE, /* a device, FIFO or socket: a child process opens and reads it (reader.h) */
	SOURCE_BROKER, /* the daemon: it gives blocks with their assessment (util/wire/broker.h) */
	SOURCE_KERNEL, /* this kernel's generator: it adds strength, but never counts as hardware */
};

enum source_arg { ARG_NONE, ARG_OPTIONAL, ARG_REQUIRED };

struct source_spec;
struct source;
struct stat;

/* One open source. Before @open, the assessment is the one in the table, or the one that the user states. @open lowers
 * it if it finds a reason. After @open it is final. */
struct source_handle {
	/* The row of the table: only functions of this row may be called on the handle. */
	const struct source *src;
	int fd;
	void *state; /* private to the source, or NULL */
	/* The assessment, such as 128 bits per 16384 bytes; 0 bits: the bytes are mixed in, but never counted. */
	unsigned assessed_bits, per_bytes;
	/* The health tests assume this min-entropy, in thousandths of a bit a byte; 0: no tests. */
	unsigned test_mbit;
	uint64_t retries;    /* how often the source had nothing to give and was asked again */
	int64_t deadline_ms; /* on the clock of clock_ms(), for all reads together; set before @open */
	/* The physical device, such as "tpm 0". Every name that opens the device gives the same text, so two sources
	 * with the same text are one device, and count once. Empty: no other source can be the same device. */
	char device[SOURCE_DEVICE_MAX];
	char remark[SOURCE_REMARK_MAX]; /* why it is assessed lower than in the table, or empty */
};

/* One row of the table: the contract that each source fulfils. If the build lacks the source's library, the row is
 * still there, with @open NULL; the source is then reported as "not built in". */
struct source {
	const char *name;  /* as typed after --source */
	const char *alias; /* a second name that --source accepts, or NULL */
	const char *what;  /* one line that describes it to users */
	enum source_kind kind;
	enum source_arg arg;
	bool may_state; /* the user may state its assessment with bits= */
	/* The user may state it only if the CPU is emulated: machine_is_emulated(). */
	bool may_state_emulated;
	bool by_default;    /* drawn if the user gives no list of sources */
	const char *device; /* the path that it opens without an argument; NULL: it opens no path */
	/* Keys that only this source has, and that may follow the argument after a comma; they stay part of the
	 * argument. NULL: none. */
	const char *const *settings;
	unsigned assessed_bits, per_bytes;
	/* The min-entropy that the health tests assume, as in struct source_handle; a user's bits= replaces it. */
	unsigned test_mbit;
	/* Checks the form of the argument. Returns -EINVAL with @f, which says what is wrong. If @check is NULL, any
	 * argument is accepted. */
	int (*check)(const struct source_spec *spec, struct fault *f);
	/* @open returns -ENODEV or -ENOENT if this host has no such source. @open and @fill may block, but must
	 * return by the handle's deadline as far as a program can ensure that: a driver may still hang. @fill
	 * delivers all of @len, or -errno. */
	int (*open)(const struct source_spec *spec, struct source_handle *h);
	int (*fill)(struct source_handle *h, uint8_t *raw, size_t len);
	void (*close)(struct source_handle *h);
	/* Does the source read this device, judging by the device number? A device that a source knows always belongs
	 * to that source, even if the user gave it to another one: see source_open(). If @knows is NULL, the source has
	 * no device, or accepts any device. */
	bool (*knows)(const struct stat *st);
	/* Explains @err, a negative errno that this source returned, as the end of a sentence. If @why is NULL, or
	 * returns NULL, the errno has its usual meaning. */
	const char *(*why)(int err);
};

/* A source as the user requested it. */
struct source_spec {
	const struct source *src;
	char arg[SOURCE_ARG_MAX]; /* "PATH", "swtpm:host=127.0.0.1,port=2321"; empty: none */
	bool stated;              /* the user stated its assessment with bits=, in @stated_mbit */
	unsigned stated_mbit;     /* thousandths of a bit a byte: 0, or 250..8000 */
	unsigned deadline_ms;     /* 0: the deadline of the list applies */
	bool required;            /* if it fails, the draw may be given up: see schedule_gather() */
	/* Left out of this draw, because it failed; it is tried again later. */
	bool paused;
};

struct source_list {
	struct source_spec spec[SOURCES_MAX];
	size_t count;
	/* The deadline for each device; all devices are read at the same time. 0: SOURCE_DEADLINE_MS. */
	unsigned deadline_ms;
	bool by_default; /* the user named no sources, so a source that is absent is not reported */
	bool hardware;   /* the whole claim must rest on hardware */
	bool unmixed;    /* the caller does not use seed_mix_key(), so no bytes are drawn for it */
};

/** source_row - row @i of the table, in the order of drawing; NULL after the last row. */
const struct source *source_row(size_t i);

/** source_find - find a source by its name or alias. @name need not be terminated. Returns: NULL: unknown. */
const struct source *source_find(const char *name, size_t len);

/**
 * source_parse - parse "NAME[:ARG][,key=value...],..." into a list, and append `kernel`
 * Returns: 0, or -EINVAL with @f, which quotes the wrong word.
 */
int source_parse(const char *text, struct source_list *ret, struct fault *f);

/**
 * source_parse_mbit - parse the value of bits=, such as "2.5": 0, or 0.25 to 8, with at most three decimals
 * @ret: thousandths of a bit a byte; written on success only
 * Returns: true if the value is valid.
 */
bool source_parse_mbit(const char *text, size_t len, unsigned *ret);

/**
 * source_parse_deadline - parse the deadline of one source, or of all sources
 * It is a time of 1 ms to SOURCE_DEADLINE_MAX_MS, in any unit that duration_parse() knows.
 * Returns: 0, or -EINVAL; SOURCE_DEADLINE_WORDS is the message for that.
 */
int source_parse_deadline(const char *text, size_t len, uint32_t *ret_ms);

/** source_timeout_ms - how long a source may take: the time in @spec, else that in @list, else SOURCE_DEADLINE_MS. */
unsigned source_timeout_ms(const struct source_list *list, const struct source_spec *spec);

/** source_list_has_broker - does the list contain the daemon? */
bool source_list_has_broker(const struct source_list *list);

/** source_default - the sources that are drawn if the user names none; `kernel` is the last. */
void source_default(struct source_list *ret);

/**
 * source_open - open a source, with the assessment that the user states, if any
 * @h:           written also on error; h->assessed_bits and h->per_bytes are then the final assessment
 * @deadline_ms: on the clock of clock_ms(), for opening and all reads together
 *
 * If the path leads to a device that another source knows, that other source is opened, and its rules apply: h->src
 * says which source it is, and only functions of its row may be called on @h. A device may hang, so it must be opened
 * only in a child process (seed/source/reader.h).
 * Returns: 0 or -errno; -ENOSYS: not built in.
 */
int source_open(const struct source_spec *spec, struct source_handle *h, int64_t deadline_ms);

/** source_test_mbit - the min-entropy that the health tests will assume; opening the source may still change it */
unsigned source_test_mbit(const struct source_spec *spec);

/**
 * source_is_abundant - is the source assessed below 1/16 bit a byte? Some tests then look only at parts of its bytes
 */
bool source_is_abundant(const struct source_handle *h);

/**
 * source_set_assessed - used by @open of a source: assess it at @bits per @per_bytes on this host, for the reason @why
 */
void source_set_assessed(
	struct source_handle *h, unsigned bits, unsigned per_bytes, const char *why);

/** source_by_device - find the source that reads this device, by its device number; NULL: no source knows it. */
const struct source *source_by_device(const struct stat *st);

/** source_identify - set h->device from the device number or the inode alone: "dev 188:0", "inode 8:1:4711". */
void source_identify(struct source_handle *h, const struct stat *st);

/** source_close_descriptor - the close function for a source that holds only a descriptor; may be called twice. */
void source_close_descriptor(struct source_handle *h);

#define SOURCE_LABEL_SIZE (SOURCE_ARG_MAX + 16)

/** source_label - the source as the user named it: "file:/dev/ttyUSB0". @out: SOURCE_LABEL_SIZE bytes. */
const char *source_label(const struct source_spec *spec, char *out, size_t size);

/** source_why - explain @err, a negative errno that this source returned, as the end of a sentence. */
const char *source_why(const struct source_spec *spec, int err);

/* Says whether this host has the source, and lets this user read it. Only a source that the user named must be
 * present. */
enum source_presence {
	SOURCE_PRESENT,
	SOURCE_ABSENT,        /* -ENODEV, -ENOENT */
	SOURCE_NOT_PERMITTED, /* -EACCES, -EPERM */
	SOURCE_NOT_BUILT_IN,  /* -ENOSYS */
	SOURCE_FAILED,        /* any other error */
};

/** source_presence - judge presence by @err, the result of an attempt to open or read the source; 0: present. */
enum source_presence source_presence(int err);

/** source_presence_word - "present", "absent", "not permitted", "not built in", "failed". */
const char *source_presence_word(enum source_presence p);

extern const struct source source_broker, source_rdseed, source_rdrand, source_tpm, source_hwrng,
	source_egd, source_file, source_jitter, source_kernel;

#endif
