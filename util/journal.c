/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "util/journal.h"
#include "util/show.h"

#include <errno.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/uio.h>
#include <sys/un.h>
#include <unistd.h>

#define PATIENCE_US 100000
#define VALUE_MAX   2048

static _Atomic unsigned lost;

static bool append(struct journal *j, const void *bytes, size_t len)
{
	if (len > sizeof(j->text) - j->len)
		return false;
	memcpy(j->text + j->len, bytes, len);
	j->len += len;
	return true;
}

/* Adds "NAME=value\n". If the value contains a newline, the protocol demands another form: "NAME\n", the length of the
 * value (8 bytes, little-endian), the value and "\n". */
static bool add(struct journal *j, const char *name, const char *value, size_t len)
{
	uint8_t le[8];
	int i;

	if (!append(j, name, strlen(name)))
		return false;
	if (memchr(value, '\n', len)) {
		for (i = 0; i < 8; i++)
			le[i] = (uint8_t)((uint64_t)len >> 8 * i);
		if (!append(j, "\n", 1) || !append(j, le, sizeof(le)))
			return false;
	} else if (!append(j, "=", 1)) {
		return false;
	}
	return append(j, value, len) && append(j, "\n", 1);
}

static void add_format(struct journal *j, const char *name, const char *fmt, va_list ap)
{
	char value[VALUE_MAX];
	const size_t before = j->len;
	const int len = vsnprintf(value, sizeof(value), fmt, ap);
	size_t n = len < 0 ? 0 : (size_t)len;

	if (n >= sizeof(value)) {
		n = sizeof(value) - 1;
		memcpy(value + n - 3, "...", 3);
	}
	if (!add(j, name, value, n)) {
		j->len = before;
		j->full = true;
	}
}

void journal_field(struct journal *j, const char *name, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	add_format(j, name, fmt, ap);
	va_end(ap);
}

void journal_begin(struct journal *j, const char *identifier, enum journal_priority priority,
	const char *fmt, ...)
{
	va_list ap;

	j->len = 0;
	j->full = false;
	j->long_name = j->long_value = NULL;
	j->identifier = identifier;
	va_start(ap, fmt);
	add_format(j, "MESSAGE", fmt, ap);
	va_end(ap);
	j->end = j->len - 1;
	j->message = strlen("MESSAGE=");
	if (j->text[j->message - 1] == '\n')
		j->message += 8;
	journal_field(j, "PRIORITY", "%d", (int)priority);
	journal_field(j, "SYSLOG_IDENTIFIER", "%s", identifier);
}

void journal_attach(struct journal *j, const char *name, const char *value)
{
	if (strchr(value, '\n')) {
		j->full = true;
		return;
	}
	j->long_name = name;
	j->long_value = value;
}

static void print(const struct journal *j)
{
	char line[64 + SHOW_MAX * VALUE_MAX];
	size_t at, i;

	at = (size_t)snprintf(line, 60, "%.56s: ", j->identifier);
	for (i = j->message; i < j->end;) {
		i += show_next(j->text + i, j->end - i, line + at);
		at += strlen(line + at);
	}
	line[at++] = '\n';
	(void)!write(STDERR_FILENO, line, at);
}

static struct iovec piece_of(const char *text)
{
	return (struct iovec){ (void *)text, text ? strlen(text) : 0 };
}

static int deliver(const struct journal *j, bool wait)
{
	const struct sockaddr_un to = { .sun_family = AF_UNIX, .sun_path = JOURNAL_SOCKET };
	const struct timeval patience = { .tv_usec = PATIENCE_US };
	const struct iovec piece[] = { { (void *)j->text, j->len }, piece_of(j->long_name),
		piece_of("="), piece_of(j->long_value), piece_of("\n") };
	const struct msghdr entry = { .msg_name = (void *)&to,
		.msg_namelen = sizeof(to),
		.msg_iov = (struct iovec *)piece,
		.msg_iovlen = j->long_name ? 5 : 1 };
	const int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	int r = 0;

	if (fd < 0)
		return -errno;
	(void)setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof(patience));
	if (sendmsg(fd, &entry, MSG_NOSIGNAL | (wait ? 0 : MSG_DONTWAIT)) < 0)
		r = -errno;
	close(fd);
	return r;
}

void journal_send(struct journal *j)
{
	unsigned before = atomic_load(&lost);
	int r;

	if (before > 0)
		journal_field(j, "SEEDRIVE_LOST", "%u", before);
	r = deliver(j, before == 0);
	if (r == -EAGAIN)
		atomic_fetch_add(&lost, 1);
	else if (r < 0)
		print(j);
	else if (before > 0)
		atomic_compare_exchange_strong(&lost, &before, 0);
}
