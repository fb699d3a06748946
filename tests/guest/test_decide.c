/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "tests/lib/unit.h"

/* The guest's program is not linked here; decide.c is pure and is included. */
#include "guest/decide.c"

#define BUILT  1795000000u
#define NOW    1795435200u
#define ISSUED (NOW - 10)

static const uint8_t uuid[UUID_SIZE] = { 0x00, 0x11, 0x22, 0x33, 0x44, 0x55, 0x66, 0x77, 0x88, 0x99,
	0xaa, 0xbb, 0xcc, 0xdd, 0xee, 0xff };
/* The same UUID with the first three fields in little-endian order, as SMBIOS stores them. */
static const uint8_t turned[UUID_SIZE] = { 0x33, 0x22, 0x11, 0x00, 0x55, 0x44, 0x77, 0x66, 0x88,
	0x99, 0xaa, 0xbb, 0xcc, 0xdd, 0xee, 0xff };

/* A situation without any fault: a guest, its own drive, a clock, a fresh seed that is bound to it. */
static struct situation good_situation(void)
{
	struct situation s = { .hypervisor = true, .has_uuid = true, .now = NOW, .built = BUILT };

	memcpy(s.uuid, uuid, UUID_SIZE);
	return s;
}

static struct record good_record(void)
{
	struct record rec = {
		.credit_bits = 256, .hardware_bits = 256, .issued_at = ISSUED, .ttl = 3600
	};

	memcpy(rec.uuid, uuid, UUID_SIZE);
	return rec;
}

static void assert_reason(const struct situation *s, const struct record *rec, const char *reason)
{
	const char *got = decide(s, rec);

	if ((got == NULL) != (reason == NULL) || (got && strcmp(got, reason) != 0))
		fail_msg("%s, not %s", got ? got : "yes", reason ? reason : "yes");
}

static void test_yes(void **state)
{
	struct situation s = good_situation();
	struct record rec = good_record();

	(void)state;
	assert_reason(&s, &rec, NULL);
	/* A claim of one bit is enough, and hardware bits do not matter. */
	rec.credit_bits = 1;
	rec.hardware_bits = 0;
	assert_reason(&s, &rec, NULL);
}

/* --- each reason, and their order --- */

static void mix_only(struct situation *s, struct record *rec)
{
	(void)rec;
	s->mix_only = true;
}

static void two_drives(struct situation *s, struct record *rec)
{
	(void)rec;
	s->several_drives = true;
}

static void stock_seed(struct situation *s, struct record *rec)
{
	(void)rec;
	s->stock_refused = true;
}

static void nothing_claimed(struct situation *s, struct record *rec)
{
	(void)s;
	rec->credit_bits = 0;
}

static void bare_metal(struct situation *s, struct record *rec)
{
	(void)rec;
	s->hypervisor = false;
}

static void confidential(struct situation *s, struct record *rec)
{
	(void)rec;
	s->confidential = true;
}

static void untrusted_device(struct situation *s, struct record *rec)
{
	(void)rec;
	s->untrusted_device = true;
}

static void unbound(struct situation *s, struct record *rec)
{
	s->must_be_bound = true;
	memset(rec->uuid, 0, UUID_SIZE);
}

static void other_uuid(struct situation *s, struct record *rec)
{
	(void)s;
	rec->uuid[15] ^= 1;
}

static void no_clock(struct situation *s, struct record *rec)
{
	(void)rec;
	s->now = s->built - 1;
}

static void from_the_future(struct situation *s, struct record *rec)
{
	rec->issued_at = s->now + CLOCK_SKEW_S + 1;
}

static void expired(struct situation *s, struct record *rec)
{
	rec->issued_at = s->now - rec->ttl;
}

/* The reasons, in the order in which they are checked. */
static const struct {
	void (*spoil)(struct situation *s, struct record *rec);
	const char *reason;
	unsigned excludes; /* a bit for each row that cannot apply together with this one */
} reasons[] = {
	{ mix_only, "mix-only", 0 },
	{ two_drives, "two-drives", 0 },
	{ stock_seed, "stock-seed", 0 },
	{ nothing_claimed, "nothing-claimed", 0 },
	{ bare_metal, "bare-metal", 0 },
	{ confidential, "confidential", 0 },
	{ untrusted_device, "untrusted-device", 0 },
	{ unbound, "unbound", 0 },
	{ other_uuid, "other-uuid", 1u << 7 },
	{ no_clock, "no-clock", 0 },
	{ from_the_future, "from-the-future", 1u << 11 },
	{ expired, "expired", 0 },
};

static void test_each_reason(void **state)
{
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(reasons); i++) {
		struct situation s = good_situation();
		struct record rec = good_record();

		reasons[i].spoil(&s, &rec);
		assert_reason(&s, &rec, reasons[i].reason);
	}
}

static void test_precedence(void **state)
{
	unsigned mask, i;

	(void)state;
	for (mask = 0; mask < 1u << COUNT(reasons); mask++) {
		struct situation s = good_situation();
		struct record rec = good_record();
		const char *first = NULL;
		bool excluded = false;

		for (i = 0; i < COUNT(reasons); i++) {
			if (!(mask & 1u << i))
				continue;
			excluded |= (mask & reasons[i].excludes) != 0;
			reasons[i].spoil(&s, &rec);
			first = first ? first : reasons[i].reason;
		}
		if (!excluded)
			assert_reason(&s, &rec, first);
	}
}

static void test_trust_device(void **state)
{
	struct situation s = good_situation();
	struct record rec = good_record();

	(void)state;
	s.trust_device = true;
	assert_reason(&s, &rec, NULL);
	s.hypervisor = false;
	assert_reason(&s, &rec, NULL);
	s.untrusted_device = true;
	assert_reason(&s, &rec, NULL);
	/* The option --trust-device is only about the device and the machine; every other reason still applies. */
	s.confidential = true;
	assert_reason(&s, &rec, "confidential");
	s.confidential = false;
	rec.uuid[0] ^= 1;
	assert_reason(&s, &rec, "other-uuid");
	rec.uuid[0] ^= 1;
	rec.issued_at = NOW - 3600;
	assert_reason(&s, &rec, "expired");
	s.several_drives = true;
	assert_reason(&s, &rec, "two-drives");
}

/* --- the instance --- */

static void test_uuid(void **state)
{
	struct situation s = good_situation();
	struct record rec = good_record();
	size_t i;

	(void)state;
	memcpy(s.uuid, turned, UUID_SIZE);
	assert_reason(&s, &rec, NULL);
	memcpy(rec.uuid, turned, UUID_SIZE);
	assert_reason(&s, &rec, NULL);
	memcpy(s.uuid, uuid, UUID_SIZE);
	assert_reason(&s, &rec, NULL);
	for (i = 0; i < UUID_SIZE; i++) {
		memcpy(rec.uuid, i & 1 ? uuid : turned, UUID_SIZE);
		rec.uuid[i] ^= 0x40;
		assert_reason(&s, &rec, "other-uuid");
	}
	/* Only the first three fields may have either order. */
	memcpy(rec.uuid, uuid, UUID_SIZE);
	rec.uuid[8] = uuid[9];
	rec.uuid[9] = uuid[8];
	assert_reason(&s, &rec, "other-uuid");
	/* A mixture of both orders is not accepted. */
	memcpy(rec.uuid, uuid, UUID_SIZE);
	memcpy(rec.uuid, turned, 4);
	assert_reason(&s, &rec, "other-uuid");
}

static void test_no_dmi(void **state)
{
	static const uint8_t none[UUID_SIZE];
	struct situation s = good_situation();
	struct record rec = good_record();

	(void)state;
	s.has_uuid = false;
	assert_reason(&s, &rec, "other-uuid");
	memcpy(rec.uuid, none, UUID_SIZE);
	assert_reason(&s, &rec, NULL);
	s.has_uuid = true;
	assert_reason(&s, &rec, NULL);
	/* A machine with a UUID of zeros does not match a record that is bound to another UUID. */
	memcpy(rec.uuid, uuid, UUID_SIZE);
	memcpy(s.uuid, none, UUID_SIZE);
	assert_reason(&s, &rec, "other-uuid");
}

/* --- the time --- */

static const char *at_time(uint64_t now, uint64_t issued_at, uint32_t ttl)
{
	struct situation s = good_situation();
	struct record rec = good_record();

	s.now = now;
	rec.issued_at = issued_at;
	rec.ttl = ttl;
	return decide(&s, &rec);
}

static void assert_time(uint64_t now, uint64_t issued_at, uint32_t ttl, const char *reason)
{
	const char *got = at_time(now, issued_at, ttl);

	if ((got == NULL) != (reason == NULL) || (got && strcmp(got, reason) != 0))
		fail_msg("%s, not %s, at %llu for %llu and %u", got ? got : "yes",
			reason ? reason : "yes", (unsigned long long)now,
			(unsigned long long)issued_at, ttl);
}

static void test_ttl_edges(void **state)
{
	(void)state;
	assert_time(NOW, NOW, 1, NULL);
	assert_time(NOW + 1, NOW, 1, "expired");
	assert_time(NOW + 3599, NOW, 3600, NULL);
	assert_time(NOW + 3600, NOW, 3600, "expired");
	assert_time(NOW + 3601, NOW, 3600, "expired");
	assert_time(NOW + 0xfffffffeull, NOW, UINT32_MAX, NULL);
	assert_time(NOW + 0xffffffffull, NOW, UINT32_MAX, "expired");
	/* Without a time to live, it never expires. */
	assert_time(NOW + 0xffffffffffull, NOW, 0, NULL);
	assert_time(NOW, 0, 0, NULL);
}

static void test_skew(void **state)
{
	(void)state;
	assert_time(NOW, NOW + 300, 1, NULL);
	assert_time(NOW, NOW + 301, 1, "from-the-future");
	assert_time(NOW, NOW + 1, 1, NULL);
}

/* The guest's clock is an hour behind the host's, or shows the year 1970, 1999 or 2106. */
static void test_no_ttl(void **state)
{
	static const uint64_t clocks[] = { 0, 1, 915148800, BUILT - 1, BUILT, ISSUED - 3600, NOW,
		4291747200 };
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(clocks); i++) {
		assert_time(clocks[i], ISSUED, 0, NULL);
		assert_time(clocks[i], 0, 0, NULL);
		assert_time(clocks[i], UINT64_MAX, 0, NULL);
	}
}

/* The sum of issued_at and ttl would wrap around; the verdict must be right all the same. */
static void test_overflow(void **state)
{
	static const uint32_t ttls[] = { 1, 3600, UINT32_MAX };
	size_t i;

	(void)state;
	for (i = 0; i < COUNT(ttls); i++) {
		assert_time(NOW, UINT64_MAX, ttls[i], "from-the-future");
		assert_time(NOW, UINT64_MAX - ttls[i], ttls[i], "from-the-future");
		assert_time(NOW, UINT64_MAX - UINT32_MAX, ttls[i], "from-the-future");
		assert_time(NOW, 1ull << 63, ttls[i], "from-the-future");
	}
	assert_time(NOW, 0, UINT32_MAX, NULL);
	assert_time(NOW, 0, NOW, "expired");
}

static void test_no_clock(void **state)
{
	(void)state;
	assert_time(BUILT, BUILT, 3600, NULL);
	assert_time(BUILT - 1, BUILT - 1, 3600, "no-clock");
	assert_time(0, NOW, 1, "no-clock");
	assert_time(0, NOW, UINT32_MAX, "no-clock");
	/* A seed that does not expire needs no clock, and its time of issue does not matter. */
	assert_time(0, NOW, 0, NULL);
	assert_time(BUILT - 1, NOW + 1000000, 0, NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST("decide: a guest with its own fresh seed credits it", test_yes),
		TEST("decide: each rule that forbids a credit has its own reason",
			test_each_reason),
		TEST("decide: of any several reasons, the first in order is reported",
			test_precedence),
		TEST("decide: --trust-device lifts the rules about the device, and no others",
			test_trust_device),
		TEST("decide: the machine's UUID is accepted in both byte orders, and in no other",
			test_uuid),
		TEST("decide: without DMI only an unbound seed is credited", test_no_dmi),
		TEST("decide: a seed expires in the second its time to live is over",
			test_ttl_edges),
		TEST("decide: a clock may be 300 seconds behind the host's, and not one more",
			test_skew),
		TEST("decide: without a time to live, the clock does not matter", test_no_ttl),
		TEST("decide: no pair of a time of issue and a time to live overflows",
			test_overflow),
		TEST("decide: without a clock only a seed that does not expire is credited",
			test_no_clock),
	};

	return cmocka_run_group_tests_name("decide", tests, NULL, NULL);
}
