/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "util/notify.h"

#include <errno.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

/* Fills in the address from @name: a path, or '@' and a name in Linux's abstract namespace. Returns: the length of the
 * address; 0 if @name has neither form. */
static socklen_t address(struct sockaddr_un *to, const char *name)
{
	const size_t len = strlen(name);

	*to = (struct sockaddr_un){ .sun_family = AF_UNIX };
	if ((name[0] != '/' && name[0] != '@') || len < 2 || len >= sizeof(to->sun_path))
		return 0;
	memcpy(to->sun_path, name, len);
	if (name[0] == '@')
		to->sun_path[0] = '\0';
	return (socklen_t)(offsetof(struct sockaddr_un, sun_path) + len);
}

static int send_line(const char *name, const char *line, size_t len)
{
	struct sockaddr_un to;
	const socklen_t to_len = address(&to, name);
	int fd, r = 0;

	if (to_len == 0)
		return -EINVAL;
	fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return -errno;
	if (sendto(fd, line, len, MSG_DONTWAIT | MSG_NOSIGNAL, (struct sockaddr *)&to, to_len) < 0)
		r = -errno;
	close(fd);
	return r;
}

int notify(const char *fmt, ...)
{
	const char *name = getenv("NOTIFY_SOCKET");
	char line[512];
	va_list ap;
	int len;

	if (!name)
		return 0;
	va_start(ap, fmt);
	len = vsnprintf(line, sizeof(line), fmt, ap);
	va_end(ap);
	if (len < 0)
		return -EINVAL;
	return send_line(name, line, (size_t)len < sizeof(line) ? (size_t)len : sizeof(line) - 1);
}

/* Parses a whole number with nothing after it; returns 0 for anything else. */
static unsigned long long number(const char *text)
{
	unsigned long long n;
	char *end;

	if (!text || *text < '0' || *text > '9')
		return 0;
	errno = 0;
	n = strtoull(text, &end, 10);
	return errno || *end ? 0 : n;
}

int64_t notify_watchdog_ms(void)
{
	const char *pid = getenv("WATCHDOG_PID");
	const unsigned long long usec = number(getenv("WATCHDOG_USEC"));

	/* The service manager set the variables for another process; we only inherited them. */
	if (pid && number(pid) != (unsigned long long)getpid())
		return 0;
	return usec > INT64_MAX ? 0 : (int64_t)((usec + 1999) / 2000);
}
