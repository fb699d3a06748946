/* SPDX-License-Identifier: GPL-2.0-or-later */
#ifndef TESTS_GUEST_MACHINE_H
#define TESTS_GUEST_MACHINE_H

/*
 * The whole guest's program in one test, except its drives, its ledgers and the kernel: these are replaced here, answer
 * as @m says, and note in which order they were asked for what. The decision, the rules of the ledgers and the
 * comparison of drives are the program's own.
 */
#include "tests/lib/unit.h"

#include <errno.h>

/* The guest's program has functions with these names; so has cmocka for the first one, and cli/, which is linked to
 * each test, for the other two. */
#undef fail
#define report_fault guest_report_fault
#define main         guest_main

int guest_main(int argc, char **argv);

#include "guest/decide.c"
#include "guest/found.c"
#include "guest/ledger.c"
#include "guest/main.c"
#undef main

/* --- a machine --- */

static struct {
	char events[512]; /* in the order in which they occurred */
	char lines[512];  /* what was reported */
	struct options opt;
	struct situation here;
	enum ledger_state look[LEDGER_KINDS], commit[LEDGER_KINDS];
	bool left_out; /* some drives were left out */
	bool searched, search_ended;
	bool ready, crash_kernel, no_urandom, no_proc, no_sys, mix_fails, credit_fails;
	size_t drives;
	struct drive drive[2];
	int carry_error; /* the result of carry_over_open() */
	bool consume_fails;
	struct verdict last;
	const struct verdict *status;
	bool failed;
} m;

static uint8_t seed_bytes[3][RECORD_BLOCK], carried_raw[RECORD_SECTOR];

static void event(const char *what)
{
	assert_true(strlen(m.events) + strlen(what) + 2 < sizeof(m.events));
	if (m.events[0])
		strcat(m.events, " ");
	strcat(m.events, what);
}

static enum ledger_state looked(enum ledger_kind kind)
{
	event(((const char *[]){ "look-dir", "look-drive", "look-efi" })[kind]);
	return m.look[kind];
}

static enum ledger_state committed(enum ledger_kind kind)
{
	event(((const char *[]){ "commit-dir", "commit-drive", "commit-efi" })[kind]);
	return m.commit[kind];
}

enum ledger_state ledger_dir_look(const struct ledger_entry *e)
{
	return e->dir ? looked(LEDGER_DIR) : LEDGER_ABSENT;
}

enum ledger_state ledger_drive_look(const struct ledger_entry *e)
{
	return e->drive ? looked(LEDGER_DRIVE) : LEDGER_ABSENT;
}

enum ledger_state ledger_efi_look(const struct ledger_entry *e)
{
	return e->efi ? looked(LEDGER_EFI) : LEDGER_ABSENT;
}

enum ledger_state ledger_dir_commit(const struct ledger_entry *e)
{
	(void)e;
	return committed(LEDGER_DIR);
}

enum ledger_state ledger_drive_commit(const struct ledger_entry *e)
{
	assert_int_equal(e->wait_ms, m.opt.wait_ms);
	return committed(LEDGER_DRIVE);
}

enum ledger_state ledger_efi_commit(const struct ledger_entry *e)
{
	(void)e;
	return committed(LEDGER_EFI);
}

bool kernel_ready(void)
{
	return m.ready;
}

int kernel_open(struct kernel *k)
{
	k->fd = m.no_urandom ? -ENOENT : 9;
	k->piece = m.no_proc ? 0 : 64;
	return m.no_urandom ? -ENOENT : 0;
}

void kernel_close(struct kernel *k)
{
	k->fd = -1;
}

int kernel_mix(const struct kernel *k, const void *data, size_t len)
{
	(void)data;
	assert_int_equal(k->fd, 9);
	event(len == sizeof(struct diversifier) ? "mix-own" : "mix");
	return m.mix_fails ? -EIO : 0;
}

int kernel_credit(const struct kernel *k, const uint8_t *seed, size_t len, unsigned bits)
{
	(void)seed;
	assert_int_equal(k->fd, 9);
	assert_int_equal(len, RECORD_BLOCK);
	assert_int_equal(bits, 256);
	event("credit");
	if (m.credit_fails)
		return -EPERM;
	m.ready = true;
	return 0;
}

int carry_over_open(struct carry_over *c, const char *path)
{
	assert_string_equal(path, m.opt.carry_over);
	memset(c, 0, sizeof(*c));
	memcpy(c->raw, carried_raw, sizeof(c->raw));
	if (m.carry_error == 0)
		assert_int_equal(record_parse(c->raw, sizeof(c->raw), &c->rec), 0);
	return m.carry_error;
}

bool carry_over_consume(const struct carry_over *c, bool vouched)
{
	(void)c;
	assert_int_equal(vouched, m.opt.ledger_persistent);
	event("consume");
	return !m.consume_fails;
}

void carry_over_close(struct carry_over *c)
{
	(void)c;
}

int carry_over_save(
	const char *path, const struct situation *s, bool vouched, uint8_t ret_id[RECORD_ID_SIZE])
{
	(void)path;
	(void)s;
	(void)vouched;
	memset(ret_id, 0, RECORD_ID_SIZE);
	event("save");
	return 0;
}

void machine_ask(struct situation *s)
{
	*s = m.here;
}

void machine_diversify(const struct situation *s, struct diversifier *ret)
{
	(void)s;
	(void)ret;
}

void search_begin(struct drives *d, const char *const *devices)
{
	(void)devices;
	m.searched = true;
	d->count = m.drives;
	d->left_out = m.left_out;
	memcpy(d->drive, m.drive, sizeof(m.drive));
}

void search_end(struct drives *d, const char *const *devices, unsigned wait_ms)
{
	(void)d;
	(void)devices;
	(void)wait_ms;
	assert_true(m.searched);
	m.search_ended = true;
}

void search_wipe(struct drives *d)
{
	(void)d;
}

bool sys_exists(const char *path)
{
	return strcmp(path, "/proc/vmcore") == 0 ? m.crash_kernel : !m.no_sys;
}

int sys_write_all(int fd, const void *buf, size_t len)
{
	(void)fd;
	(void)buf;
	(void)len;
	return 0;
}

const char options_help[] = "help";

int options_parse(int argc, char **argv, struct options *ret, struct options_fault *ret_fault)
{
	(void)argc;
	(void)argv;
	(void)ret_fault;
	*ret = m.opt;
	return 0;
}

static void line(const char *what, const char *why)
{
	assert_true(strlen(m.lines) + strlen(what) + strlen(why) + 3 < sizeof(m.lines));
	if (m.lines[0])
		strcat(m.lines, "; ");
	strcat(strcat(m.lines, what), why);
}

void report_verdict(const struct verdict *v)
{
	m.last = *v;
	line(v->reason ? v->reason : "credited", v->found ? "" : " carry-over");
}

void report_fault(bool dry_run, const char *what, const char *why)
{
	(void)dry_run;
	line(what, why);
}

void report_refused(bool dry_run, const struct drive *drive, const char *why)
{
	(void)dry_run;
	(void)drive;
	(void)why;
	line("refused", "");
}

void report_bare(bool dry_run, const struct drive *drive)
{
	(void)dry_run;
	(void)drive;
	line("bare", "");
}

void report_left(const char *path, const uint8_t id[RECORD_ID_SIZE])
{
	(void)path;
	(void)id;
	line("left", "");
}

void report_nothing(bool dry_run)
{
	(void)dry_run;
	line("nothing", "");
}

bool status_prefers(const struct verdict *v, const struct verdict *so_far)
{
	return !so_far || (!v->reason && so_far->reason);
}

void status_write(const struct verdict *v, bool failed, const char *stage, bool left_out)
{
	assert_int_equal(left_out, m.left_out);
	(void)stage;
	m.status = v;
	m.failed = failed;
}

int status_print(void)
{
	return 0;
}

/* --- its drives --- */

static const uint8_t uuid[UUID_SIZE] = { 0x11, 0x22 };

static void encode(size_t n, uint8_t *out)
{
	struct record rec = { .credit_bits = 256, .seed = seed_bytes[n], .seed_len = RECORD_BLOCK };

	memset(seed_bytes[n], (int)(0x10 + n), RECORD_BLOCK);
	memset(rec.seed_id, (int)(0x20 + n), RECORD_ID_SIZE);
	memcpy(rec.uuid, uuid, UUID_SIZE);
	assert_int_equal(record_encode(&rec, out, RECORD_SECTOR), 0);
}

static void add_drive(void)
{
	struct drive *d = m.drive + m.drives;

	d->state = DRIVE_SEEDED;
	d->len = RECORD_SECTOR;
	d->trusted = true;
	encode(m.drives++, d->raw);
}

static void make_stock(void)
{
	m.drive[0].state = DRIVE_STOCK;
	m.drive[0].len = RECORD_BLOCK;
	memcpy(m.drive[0].uuid, uuid, UUID_SIZE);
}

static void start_machine(size_t drives)
{
	int k;

	memset(&m, 0, sizeof(m));
	m.here = (struct situation){ .hypervisor = true, .has_uuid = true };
	memcpy(m.here.uuid, uuid, UUID_SIZE);
	m.opt.ledger = "/ledger";
	m.opt.wait_ms = 3000;
	for (k = 0; k < LEDGER_KINDS; k++) {
		m.look[k] = LEDGER_FREE;
		m.commit[k] = LEDGER_COMMITTED;
	}
	while (m.drives < drives)
		add_drive();
}

#endif
