/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef ISO_OUTPUT_BURNER_H
#define ISO_OUTPUT_BURNER_H

#include <signal.h>
#include <stdbool.h>
#include <stdint.h>

#include "iso/output/content.h"
#include "iso/output/output_device.h"
#include "util/fault.h"

/* The medium in an optical drive: the properties that decide how it is written. */
struct burner_medium {
	enum { BURNER_EMPTY, BURNER_BLANK, BURNER_FULL, BURNER_UNUSABLE } state;
	bool rewritable; /* any sector can be rewritten at any time: DVD+RW, DVD-RAM, BD-RE; @state is always BURNER_BLANK */
	bool erasable;     /* can be erased, but only as a whole: CD-RW, DVD-RW */
	uint64_t room;     /* free bytes; valid only if @state is BURNER_BLANK */
	const char *kind;  /* for example "CD-R" */
	const char *holds; /* a description of its content; NULL if no known content was found */
};

enum burner_method {
	BURNER_REFUSE,
	BURNER_ERASE,   /* erase the medium, then inspect it and choose again */
	BURNER_ONCE,    /* write sequentially, from the beginning to the end */
	BURNER_REWRITE, /* write the volume descriptors last */
};

/**
 * burner_choose - decide how to write an image to a medium; pure
 * @path:  the drive, for the message
 * @len:   bytes of the image
 * @force: overwrite the medium even if it holds data
 * Returns: the method, or BURNER_REFUSE with @f.
 */
enum burner_method burner_choose(
	const struct burner_medium *m, const char *path, uint64_t len, bool force, struct fault *f);

/**
 * burner_check - can the drive write, and is there a medium in it? It has no side effects.
 * @abilities, @status: the results of CDROM_GET_CAPABILITY and CDROM_DRIVE_STATUS (linux/cdrom.h)
 * Returns: 0 or -errno with @f.
 */
int burner_check(int abilities, int status, const char *path, struct fault *f);

/** burner_message - shorten @text, a message of libburn, to its first sentence, and put it on one line. */
void burner_message(const char *text, char *out, size_t size);

/*
 * Writes an image to an optical drive, through libburn. The library copies the image into its own buffers and never
 * wipes them. So from burner_acquire() on, glibc overwrites all memory that this process frees, and all memory is
 * locked as far as the limits allow. There are three exceptions: freed blocks of a kilobyte or less, which do not
 * matter because libburn's buffers hold at least a sector; a C library other than glibc; and the buffers of the kernel
 * and of the drive.
 */
struct burner {
	const char *path;
	bool force; /* overwrite the medium even if it holds data */
	/* With @force: called with a description of the data that will be overwritten; or NULL. */
	void (*overwrites)(const char *path, const char *words);
	const struct warning_sink *warn;
	struct burn_drive_info *list;
	struct burn_drive *drive; /* grabbed for exclusive use until burner_close() */
	bool begun, holds_signals;
	sigset_t before;
	char kind[80], content[CONTENT_WORDS];
};

/**
 * burner_open - get exclusive use of the drive
 * @b: the caller's storage; @path, @force, @overwrites and @warn are set, all else is zero; the caller calls
 *     burner_close() in the end, also after an error
 *
 * A drive is refused if it is mounted or in use in another way, if it cannot write, if it has no medium, or if
 * burner_choose() refuses its medium even for the smallest image. Nothing is written. May be called only once in a
 * process.
 * Returns: 0 or -errno with @f.
 */
int burner_open(struct burner *b, struct fault *f);

/**
 * burner_write - write the image to the medium, read it back and compare
 * @report: called from time to time
 *
 * Reading back uses SCSI commands of libburn, which bypass the page cache. The signals SIGINT, SIGTERM, SIGHUP and
 * SIGQUIT are blocked from the first write until burner_close(). If one arrives, writing stops as soon as the drive can
 * stop.
 * Returns: 0 or -errno with @f; -EINTR after such a signal.
 */
int burner_write(struct burner *b, const struct draft *image, iso_progress *report, void *ctx,
	struct fault *f);

void burner_close(struct burner *b);

/* For a struct output_device whose @device is a struct burner. They set @path and @warn from the output. */
extern const struct device_functions burner_functions;

/*
 * The steps of the functions above. Tests call them too, with libburn's emulated drives. An emulated drive is a file,
 * and libburn runs the same code for it as for a real drive, except for the SCSI commands.
 */

/** burner_acquire - get exclusive use of the drive in libburn; @address is the drive's path as libburn expects it. */
int burner_acquire(struct burner *b, const char *address, struct fault *f);

/** burner_inspect - find out what medium is in the drive. Returns: 0 or -errno with @f. */
int burner_inspect(struct burner *b, struct burner_medium *ret, struct fault *f);

/**
 * burner_is_blank - are the first @len bytes of the medium zeros?
 * A medium whose beginning cannot be read counts as blank, because a new medium cannot be read at all.
 */
bool burner_is_blank(struct burner *b, size_t len);

/** burner_erase - erase a medium that can only be erased as a whole. Returns: 0 or -errno with @f. */
int burner_erase(struct burner *b, iso_progress *report, void *ctx, struct fault *f);

/** burner_burn - write the image in the way BURNER_ONCE or BURNER_REWRITE, without reading it back. */
int burner_burn(struct burner *b, enum burner_method way, const struct draft *image,
	iso_progress *report, void *ctx, struct fault *f);

/**
 * burner_undo - overwrite the descriptors that BURNER_REWRITE has written, so that nobody takes the medium for a drive
 */
void burner_undo(struct burner *b);

/** burner_compare - read the medium and compare it with the image. Returns: 0 or -errno with @f. */
int burner_compare(struct burner *b, const struct draft *image, iso_progress *report, void *ctx,
	struct fault *f);

#endif
