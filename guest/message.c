/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "guest/message.h"

#include <string.h>

#include "guest/node.h"
#include "guest/sys.h"

#define PREFIX "<6>seedrive-guest: "

static void add(struct message *l, const char *text, size_t len)
{
	size_t room = sizeof(l->text) - 1 - l->len;

	if (len > room)
		len = room;
	memcpy(l->text + l->len, text, len);
	l->len += len;
}

void message_add(struct message *l, const char *text)
{
	size_t i;

	if (l->len == 0)
		add(l, PREFIX, sizeof(PREFIX) - 1);
	for (i = 0; text[i]; i++) {
		/* A label comes from the drive: it must not write to a terminal as it likes. */
		bool plain = text[i] >= ' ' && text[i] <= '~';

		add(l, plain ? text + i : "?", 1);
	}
}

void message_add_number(struct message *l, uint64_t number)
{
	char digits[21] = { 0 };

	message_add(l, sys_number(digits + sizeof(digits) - 1, number));
}

void message_send(struct message *l, bool kernel_log)
{
	const uint64_t sigpipe = 1u << (SIGPIPE - 1);
	const size_t level = 3; /* "<6>" is for the kernel's log alone */
	int fd;

	l->text[l->len++] = '\n';
	/* The kernel's log first: nobody can close that. */
	fd = kernel_log ? node_open("/dev/kmsg", O_WRONLY, S_IFCHR, 1, 11) : -1;
	if (fd >= 0) {
		(void)sys_write_all(fd, l->text, l->len);
		sys_close(fd);
	}
	/* A closed pipe must not end us before all is wiped. */
	sys_call6(SYS_rt_sigprocmask, SIG_BLOCK, (long)&sigpipe, 0, sizeof(sigpipe), 0, 0);
	(void)sys_write_all(STDERR_FILENO, l->text + level, l->len - level);
}
