/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef ISO_OUTPUT_BURNER_H
#define ISO_OUTPUT_BURNER_H

#include <signal.h>
#include <stdbool.h>
#include <stdint.h>

#include "iso/output/content.h"
#include "iso/output/output_device.h"
#include "util/fault.h"

/* What is in an optical drive, as far as it decides what is to be done. */
struct burner_medium {
	enum { BURNER_EMPTY, BURNER_BLANK, BURNER_FULL, BURNER_USELESS } state;
	bool rewritable; /* at any place, at any time: DVD+RW, DVD-RAM, BD-RE; such a one is always blank */
	bool erasable;     /* as a whole: CD-RW, DVD-RW */
	uint64_t room;     /* bytes; of what is full it tells nothing */
	const char *kind;  /* "CD-R", say */
	const char *holds; /* what is known of its content; NULL: nothing */
};

enum burner_method {
	BURNER_REFUSE,
	BURNER_ERASE,   /* first, and then to look again */
	BURNER_ONCE,    /* from its beginning to its end */
	BURNER_REWRITE, /* the volume descriptors last */
};

/**
 * burner_choose - what to do with a medium; pure
 * @path:  the drive, for words
 * @len:   of the image
 * @force: whatever is on it
 * Returns: how, or BURNER_REFUSE with @f.
 */
enum burner_method burner_choose(
	const struct burner_medium *m, const char *path, uint64_t len, bool force, struct fault *f);

/**
 * burner_check - can the drive write, and is there something to be written to; pure
 * @abilities, @status: as CDROM_GET_CAPABILITY and CDROM_DRIVE_STATUS of linux/cdrom.h give them
 * Returns: 0 or -errno with @f.
 */
int burner_check(int abilities, int status, const char *path, struct fault *f);

/** burner_message - a line of libburn's, @text, as one of ours: the first sentence, on one line. */
void burner_message(const char *text, char *out, size_t size);

/*
 * An optical drive that takes an image, through libburn. What the library is given it copies into buffers of its
 * own, and never wipes them. So what this process frees from then on is overwritten, and as far as the limits
 * allow, all its memory is locked. What remains: pieces of a kilobyte or less, and libburn's are of a sector and
 * more; all of them with a C library other than glibc; and what the kernel and the drive keep in theirs.
 */
struct burner {
	const char *path;
	bool force; /* overwrite the medium even if it holds data */
	/* With @force: called with what is about to be overwritten, in words; or NULL. */
	void (*overwrites)(const char *path, const char *words);
	const struct warning_sink *warn;
	struct burn_drive_info *list;
	struct burn_drive *drive; /* ours, until burner_close() */
	bool begun, holds_signals;
	sigset_t before;
	char kind[80], content[CONTENT_WORDS];
};

/**
 * burner_open - have the drive for ourselves
 * @b: the caller's storage, zeros but for @path and @force; needs burner_close() in the end, also after an error
 *
 * Refused: what is mounted or used in another way; a drive that cannot write; one without a medium, or with one
 * that burner_choose() refuses for the smallest image. Nothing is written. Once in a process.
 * Returns: 0 or -errno with @f.
 */
int burner_open(struct burner *b, struct fault *f);

/**
 * burner_write - the image onto the medium, and back to be compared
 * @report: called now and then
 *
 * The medium is read with commands of its own, so that no page cache answers. SIGINT, SIGTERM, SIGHUP and SIGQUIT wait until
 * the drive has stopped, and are let in by burner_close(). Returns: 0 or -errno with @f; -EINTR for those.
 */
int burner_write(struct burner *b, const struct draft *image, iso_progress *report, void *ctx,
	struct fault *f);

void burner_close(struct burner *b);

/* For a struct output_device, whose @device is a struct burner; @path and @warn are then the output's. */
extern const struct device_functions burner_functions;

/*
 * The pieces of these, for tests: libburn has drives that are files, which take all but the last step of the way
 * to a laser.
 */

/** burner_acquire - through the library, by @address as that takes it. */
int burner_acquire(struct burner *b, const char *address, struct fault *f);

/** burner_inspect - what is in the drive. Returns: 0 or -errno with @f. */
int burner_inspect(struct burner *b, struct burner_medium *ret, struct fault *f);

/** burner_is_blank - are there zeros where an image of @len bytes would go? So there are if its beginning cannot be read. */
bool burner_is_blank(struct burner *b, size_t len);

/** burner_erase - all of a medium that can be erased as a whole. */
int burner_erase(struct burner *b, iso_progress *report, void *ctx, struct fault *f);

/** burner_burn - by BURNER_ONCE or BURNER_REWRITE, without reading it back. */
int burner_burn(struct burner *b, enum burner_method way, const struct draft *image,
	iso_progress *report, void *ctx, struct fault *f);

/** burner_undo - what BURNER_REWRITE has made is a drive no longer. */
void burner_undo(struct burner *b);

/** burner_compare - the image with what is on the medium. */
int burner_compare(struct burner *b, const struct draft *image, iso_progress *report, void *ctx,
	struct fault *f);

#endif
