/* SPDX-License-Identifier: GPL-2.0-or-later */
/* flood SOCKET: connects to a SOCK_SEQPACKET socket and closes it again, in an endless loop, as fast as it can. */
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

int main(int argc, char **argv)
{
	struct sockaddr_un a = { .sun_family = AF_UNIX };
	int fd;

	if (argc != 2 || strlen(argv[1]) >= sizeof(a.sun_path))
		return 2;
	strcpy(a.sun_path, argv[1]);
	for (;;) {
		fd = socket(AF_UNIX, SOCK_SEQPACKET, 0);
		(void)!connect(fd, (const struct sockaddr *)&a, sizeof(a));
		close(fd);
	}
}
