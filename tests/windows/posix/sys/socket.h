/* As poll.h: sockets as carry.h has them. */
#ifndef SYS_SOCKET_H
#define SYS_SOCKET_H

#include <winsock2.h>

#include <unistd.h>

#define SOCK_CLOEXEC 0
#define MSG_NOSIGNAL 0
#define socket(family, kind, protocol) ((int)(socket)(family, kind, protocol))
#define read(socket, bytes, count) recv(socket, bytes, (int)(count), 0)
#define send(socket, bytes, count, flags) send(socket, bytes, (int)(count), flags)
#define close(socket) closesocket((SOCKET)(socket))

__attribute__((constructor)) static inline void begin_sockets(void)
{
    WSADATA about;
    WSAStartup(MAKEWORD(2, 2), &about);
}

#endif
