/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "guest/device.h"
#include "guest/probe.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>

#include "guest/sys.h"

#define NAP_MS 10 /* between two looks at what has appeared */

/* SCSI and ATA hosts look for their devices in the background, and do not say when they are done: an
 * IDE CD was seen 0.33 s after its host. What has shown nothing new for so long has shown all. */
#define QUIET_MS 1000

#define FUTEX_WAIT 0 /* linux/futex.h */
#define CHILD_RUNS 1

struct child {
	_Alignas(16) uint8_t stack[16 << 10];
	volatile int running; /* CHILD_RUNS until the kernel clears it, at the child's end */
	pid_t pid;
};

struct dirent_raw {
	uint64_t ino;
	int64_t off;
	unsigned short len;
	unsigned char type;
	char name[];
};

static unsigned now_ms(void)
{
	return (unsigned)(sys_nanoseconds(CLOCK_MONOTONIC) / 1000000);
}

void drives_wipe(struct drives *d)
{
	size_t i;

	for (i = 0; i < d->count; i++)
		if (d->drive[i].state >= DRIVE_DAMAGED)
			explicit_bzero(d->drive[i].raw, sizeof(d->drive[i].raw));
}

/* Call @each with every name in a folder of sysfs; opendir would want a heap. */
static bool each_name(const char *folder, bool (*each)(void *ctx, const char *name), void *ctx)
{
	_Alignas(struct dirent_raw) char buf[2048];
	int fd = sys_open(folder, O_RDONLY | O_DIRECTORY);
	bool any = false;
	long n, at;

	if (fd < 0)
		return false;
	while ((n = sys_call(SYS_getdents64, fd, (long)buf, sizeof(buf), 0, 0, 0)) > 0) {
		const struct dirent_raw *e;

		for (at = 0; at < n; at += e->len) {
			e = (const struct dirent_raw *)(buf + at);
			if (e->name[0] != '.' && each(ctx, e->name))
				any = true;
		}
	}
	sys_close(fd);
	return any;
}

/* "FOLDER/NAME/FILE" into a bounded path; false when it does not fit. */
static bool join(char *out, size_t size, const char *folder, const char *name, const char *file)
{
	size_t a = strlen(folder), b = strlen(name), c = strlen(file);

	if (a + b + c >= size)
		return false;
	memcpy(out, folder, a);
	memcpy(out + a, name, b);
	memcpy(out + a + b, file, c + 1);
	return true;
}

static bool exists(const char *path)
{
	return sys_call(SYS_faccessat, AT_FDCWD, (long)path, F_OK, 0, 0, 0) == 0;
}

/* Where no config drive can be, and asking would cost time. */
static bool cannot_be_one(const char *name)
{
	static const char *const kinds[] = { "loop", "ram", "zram", "dm-", "md", "fd", "nbd" };
	char path[96];
	size_t i;

	for (i = 0; i < sizeof(kinds) / sizeof(*kinds); i++)
		if (strncmp(name, kinds[i], strlen(kinds[i])) == 0)
			return true;
	return !join(path, sizeof(path), "/sys/class/block/", name, "/partition") ||
		exists(path);
}

static bool on_usb(const char *name)
{
	char path[96], target[256];
	long n;

	if (!join(path, sizeof(path), "/sys/class/block/", name, ""))
		return true;
	n = sys_call(SYS_readlinkat, AT_FDCWD, (long)path, (long)target, sizeof(target), 0, 0);
	if (n < 0 || n == sizeof(target))
		return true;
	for (; n >= 4; n--)
		if (memcmp(target + n - 4, "/usb", 4) == 0)
			return true;
	return false;
}

static bool note_drive(void *ctx, const char *name)
{
	struct drives *d = ctx;
	struct drive *drive = d->drive + d->count;
	char path[sizeof(drive->path)];
	size_t i;

	if (!join(path, sizeof(path), "/dev/", name, ""))
		return false;
	for (char *c = path + 5; *c; c++)
		if (*c == '!')
			*c = '/'; /* so does sysfs write a slash in a device's name */
	for (i = 0; i < d->count; i++)
		if (strcmp(d->drive[i].path, path) == 0)
			return false;
	if (d->count == DRIVES_MAX || cannot_be_one(name))
		return false;
	memcpy(drive->path, path, sizeof(path));
	drive->on_usb = on_usb(name);
	d->count++;
	return true;
}

static bool any_name(void *ctx, const char *name)
{
	(void)ctx;
	(void)name;
	return true;
}

static bool wants_probe(const struct drive *drive)
{
	return drive->state == DRIVE_SILENT || drive->state == DRIVE_UNSETTLED;
}

static void sleep_until(struct child *c, unsigned deadline_ms)
{
	const int left = (int)(deadline_ms - now_ms());
	const struct timespec t = { .tv_sec = left / 1000, .tv_nsec = left % 1000 * 1000000L };

	if (left > 0)
		sys_call(SYS_futex, (long)&c->running, FUTEX_WAIT, CHILD_RUNS, (long)&t, 0, 0);
}

static int probe_in_child(void *drive)
{
	probe(drive);
	return 0;
}

/* A child for each drive, side by side: a device that never answers holds up nobody but its own. They
 * share our memory, as copying that of a process would take longer than reading a drive; and the
 * kernel itself says when one has ended, however it did. */
static void probe_all(struct drives *d, unsigned start, unsigned wait_ms)
{
	static struct child children[DRIVES_MAX];
	size_t i;

	for (i = 0; i < d->count; i++) {
		struct child *c = children + i;

		if (!wants_probe(d->drive + i) || c->running)
			continue;
		c->running = CHILD_RUNS;
		c->pid = sys_clone(probe_in_child, c->stack + sizeof(c->stack), d->drive + i,
			&c->running);
		if (c->pid < 0)
			c->running = 0;
	}
	for (i = 0; i < d->count; i++)
		while (children[i].running && now_ms() - start < wait_ms)
			sleep_until(children + i, start + wait_ms);
	/* It may sit in a call that no signal ends: it is never waited for. */
	for (i = 0; i < d->count; i++)
		if (children[i].running)
			sys_call(SYS_kill, children[i].pid, SIGKILL, 0, 0, 0, 0);
}

static bool any_state(const struct drives *d, int from, int to)
{
	size_t i;

	for (i = 0; i < d->count; i++)
		if (d->drive[i].state >= from && d->drive[i].state <= to)
			return true;
	return false;
}

static bool more_to_come(const struct drives *d, unsigned quiet_ms)
{
	if (any_state(d, DRIVE_UNSETTLED, DRIVE_UNSETTLED))
		return true;
	return quiet_ms < QUIET_MS && each_name("/sys/class/scsi_host", any_name, NULL);
}

static void nap(void)
{
	const struct timespec t = { .tv_nsec = NAP_MS * 1000000L };

	sys_call(SYS_nanosleep, (long)&t, 0, 0, 0, 0, 0);
}

static void find_all(struct drives *d, unsigned wait_ms)
{
	const unsigned start = now_ms();
	unsigned news = start;

	for (;;) {
		if (each_name("/sys/class/block", note_drive, d))
			news = now_ms();
		if (any_state(d, DRIVE_SILENT, DRIVE_SILENT) ||
			any_state(d, DRIVE_UNSETTLED, DRIVE_UNSETTLED))
			probe_all(d, start, wait_ms);
		if (any_state(d, DRIVE_BARE, DRIVE_SEEDED) ||
			now_ms() - start >= wait_ms || !more_to_come(d, now_ms() - news))
			return;
		nap();
	}
}

static bool is_file(const char *path)
{
	uint16_t st[128];                    /* struct statx of linux/stat.h, 256 bytes ... */
	const size_t mode = 28 / sizeof(*st); /* ... and where its stx_mode stands */
	const int type_only = 1;             /* STATX_TYPE */

	return sys_call(SYS_statx, AT_FDCWD, (long)path, 0, type_only, (long)st, 0) == 0 &&
		(st[mode] & S_IFMT) == S_IFREG;
}

static int find_one(struct drives *d, const char *device, unsigned wait_ms)
{
	struct drive *drive = d->drive;

	if (!join(drive->path, sizeof(drive->path), "", device, ""))
		return -ENAMETOOLONG;
	if (!exists(device))
		return -ENOENT;
	d->count = 1;
	if (is_file(device)) {
		probe(drive);
		return 0;
	}
	drive->on_usb = strncmp(device, "/dev/", 5) != 0 || on_usb(device + 5);
	probe_all(d, now_ms(), wait_ms);
	return 0;
}

int drives_find(struct drives *d, const char *device, unsigned wait_ms)
{
	if (device)
		return find_one(d, device, wait_ms);
	find_all(d, wait_ms);
	return 0;
}
