#include <linux/sockios.h>
#include <linux/tcp.h>

#include <netinet/in.h>
#include <stddef.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include "octets.h"

bool
octets_written(int fd, uint64_t *n)
{
	struct tcp_info info;
	socklen_t len = sizeof(info);
	int waiting;

	if (getsockopt(fd, IPPROTO_TCP, TCP_INFO, &info, &len) == -1 ||
	    len < offsetof(struct tcp_info, tcpi_bytes_acked) +
	    sizeof(info.tcpi_bytes_acked) ||
	    ioctl(fd, SIOCOUTQ, &waiting) == -1)
		return false;
	*n = (uint64_t)info.tcpi_bytes_acked + (uint64_t)waiting;
	return true;
}
