/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The ledger in a variable of the firmware, which has the ids of the newest seeds. The variable is always rewritten as
 * a whole; the firmware does that in one step. */
#include "guest/ledger.h"

#include <errno.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/statvfs.h>

#include "guest/sys.h"

#define EFIVARS  "/sys/firmware/efi/efivars"
#define VARIABLE "SeedriveLedger-640d9488-ea8b-4ab1-aad6-7e5cab80b924"

#define EFIVARFS_KIND 0xde5e81e4u /* linux/magic.h */

/* These are from linux/fs.h. musl does not have this header unless the kernel's headers are installed. When efivarfs is
 * mounted, it sets this flag on each variable, so that nobody removes one by accident. */
#define GET_FLAGS _IOR('f', 1, long)
#define SET_FLAGS _IOW('f', 2, long)
#define IMMUTABLE 0x10

#define ENTRIES_MAX 128

struct entry {
	uint8_t id[RECORD_ID_SIZE];
	uint8_t reserved[8]; /* zero */
};

/* The content of the file: first the variable's attributes, then its entries, the oldest first. There is room for one
 * entry more than we ever write, to detect a variable that is longer. */
struct variable {
	uint8_t attributes[4]; /* non-volatile, with access at boot time and at run time */
	uint8_t magic[8];
	struct entry entry[ENTRIES_MAX + 1];
};

#define HEAD    offsetof(struct variable, entry)
#define LEN_MAX (sizeof(struct variable) - sizeof(struct entry))

static const uint8_t head[HEAD] = { 7, 0, 0, 0, 'S', 'D', 'L', 'E', 'D', 'G', '0', '1' };

static struct variable known, back;
static size_t known_len;            /* length of @known; 0: the variable does not exist yet */
static uint8_t met[RECORD_ID_SIZE]; /* id of a seed of this run that the variable already has */

static int open_folder(enum ledger_state *ret_free)
{
	struct statfs fs;
	int fd = sys_open_dir(AT_FDCWD, EFIVARS);

	if (fd < 0)
		return fd;
	if (sys_fstatfs(fd, &fs) < 0 || (uint32_t)fs.f_type != EFIVARFS_KIND) {
		sys_close(fd);
		return -ENODEV;
	}
	*ret_free = fs.f_flags & ST_RDONLY ? LEDGER_READ_ONLY : LEDGER_FREE;
	return fd;
}

/* Reads the whole variable. Returns: its length or -errno. If its content is not understood, it must not be
 * rewritten. A file of length 0 is no variable: efivarfs keeps one if the firmware refuses the first write. */
static long read_variable(int folder, struct variable *v)
{
	int fd = sys_open_at(folder, VARIABLE, O_RDONLY | O_NOFOLLOW, 0);
	long n;

	if (fd < 0)
		return fd;
	n = sys_read(fd, v, sizeof(*v));
	sys_close(fd);
	if (n == 0)
		return -ENOENT;
	if (n >= 0 &&
		((size_t)n < HEAD || (size_t)n > LEN_MAX || memcmp(v, head, HEAD) != 0 ||
			((size_t)n - HEAD) % sizeof(struct entry) != 0))
		return -EBADMSG;
	return n;
}

static size_t count(void)
{
	return known_len ? (known_len - HEAD) / sizeof(struct entry) : 0;
}

/* Returns: the position of @id in the variable; count() if the variable does not have it. */
static size_t find(const uint8_t *id)
{
	size_t i;

	for (i = 0; i < count(); i++)
		if (memcmp(known.entry[i].id, id, RECORD_ID_SIZE) == 0)
			break;
	return i;
}

enum ledger_state ledger_efi_look(const struct ledger_entry *e)
{
	enum ledger_state state;
	int folder = e->efi ? open_folder(&state) : -ENODEV;
	long n;

	if (folder < 0)
		return LEDGER_ABSENT;
	n = read_variable(folder, &known);
	sys_close(folder);
	if (n < 0 && n != -ENOENT)
		return LEDGER_FAILED;
	known_len = n > 0 ? (size_t)n : 0;
	if (find(e->rec->seed_id) == count())
		return state;
	memcpy(met, e->rec->seed_id, RECORD_ID_SIZE);
	return LEDGER_SPENT;
}

/* Moves the entry @id to the end, as if it were the newest. A drive that stays attached is found again at each boot,
 * and 128 carry-overs must not push its entry out of the variable. */
static void renew(const uint8_t *id)
{
	const size_t i = find(id), after = count() - i;

	if (after == 0)
		return;
	memmove(known.entry + i, known.entry + i + 1, (after - 1) * sizeof(struct entry));
	memcpy(known.entry[count() - 1].id, id, RECORD_ID_SIZE);
}

static void forget_oldest(void)
{
	known_len -= sizeof(struct entry);
	memmove(known.entry, known.entry + 1, known_len - HEAD);
}

static void add(const struct record *rec)
{
	if (known_len == 0)
		known_len = HEAD;
	memcpy(known.attributes, head, HEAD);
	renew(met);
	known.entry[count()] = (struct entry){ 0 };
	memcpy(known.entry[count()].id, rec->seed_id, RECORD_ID_SIZE);
	known_len += sizeof(struct entry);
	if (known_len > LEN_MAX)
		forget_oldest();
}

static void set_immutable(int folder, bool on)
{
	int fd = sys_open_at(folder, VARIABLE, O_RDONLY | O_NOFOLLOW, 0), flags;

	if (fd < 0)
		return;
	if (sys_ioctl(fd, GET_FLAGS, &flags) == 0) {
		flags = on ? flags | IMMUTABLE : flags & ~IMMUTABLE;
		sys_ioctl(fd, SET_FLAGS, &flags);
	}
	sys_close(fd);
}

/* Each write to a file of efivarfs becomes the whole new content of the variable in the firmware. */
static int write_variable(int folder)
{
	int fd = sys_open_at(folder, VARIABLE, O_WRONLY | O_CREAT | O_NOFOLLOW, 0600);
	long n;

	if (fd < 0)
		return fd;
	n = sys_write(fd, &known, known_len);
	sys_close(fd);
	return n == (long)known_len ? 0 : n < 0 ? (int)n : -EIO;
}

/* Writes the variable. If the firmware does not have enough room, or refuses a variable of this size, the oldest entries
 * are dropped. If it has no room even then, the variable stays as it is; that does not prevent a credit, because this
 * ledger can only veto one. */
static enum ledger_state store_variable(int folder)
{
	int r;

	set_immutable(folder, false);
	while (((r = write_variable(folder)) == -ENOSPC || r == -EINVAL) && count() > 1)
		forget_oldest();
	set_immutable(folder, true);
	if (r == 0)
		return read_variable(folder, &back) == (long)known_len &&
				memcmp(&back, &known, known_len) == 0 ?
			LEDGER_COMMITTED :
			LEDGER_FAILED;
	return r == -ENOSPC || r == -EROFS ? LEDGER_READ_ONLY : LEDGER_FAILED;
}

enum ledger_state ledger_efi_commit(const struct ledger_entry *e)
{
	enum ledger_state state;
	int folder = open_folder(&state);

	if (folder < 0)
		return LEDGER_FAILED;
	add(e->rec);
	state = store_variable(folder);
	sys_close(folder);
	return state;
}
