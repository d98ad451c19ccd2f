/* The caller's own HTTP, as small as it can be: http:// to 127.0.0.1, one connection a request. */
#ifndef CARRY_H
#define CARRY_H

#include <arpa/inet.h>
#include <liboauth.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* Sends the request to the URL's host and reads until the other end closes. The answer's length, or 0 for none. */
static inline size_t asked(const char *url, const char *request, char *answer, size_t capacity)
{
    struct sockaddr_in address = {.sin_family = AF_INET};
    size_t length = 0;
    ssize_t got = 0;
    int port, connection;
    if (sscanf(url, "http://127.0.0.1:%d/", &port) != 1)
        return 0;
    address.sin_port = htons((unsigned short)port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    connection = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (connection < 0)
        return 0;
    if (connect(connection, (struct sockaddr *)&address, sizeof address) == 0 &&
        send(connection, request, strlen(request), MSG_NOSIGNAL) == (ssize_t)strlen(request))
        while (length < capacity - 1 && (got = read(connection, answer + length, capacity - 1 - length)) > 0)
            length += (size_t)got;
    close(connection);
    answer[length] = 0;
    return length;
}

/* Sends what waits to be sent, until the operation has its answer. */
static inline int32_t carried(int32_t client, int32_t number)
{
    enum { PART = 16 * 1024 };
    char *url = malloc(PART), *headers = malloc(PART), *content = malloc(PART);
    char *request = malloc(4 * PART), *answer = malloc(4 * PART);
    while (number == OAUTH_HTTP_NEEDED) {
        char method[16];
        int status = 0;
        oauth_http_request(client, OAUTH_REQUEST_METHOD, method, sizeof method);
        oauth_http_request(client, OAUTH_REQUEST_URL, url, PART);
        oauth_http_request(client, OAUTH_REQUEST_HEADERS, headers, PART);
        oauth_http_request(client, OAUTH_REQUEST_CONTENT, content, PART);
        snprintf(request, 4 * PART, "%s %s HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n%sContent-Length: %zu\r\n\r\n%s",
                 method, strchr(url + 7, '/'), headers, strlen(content), content);
        asked(url, request, answer, 4 * PART);
        char *body = strstr(answer, "\r\n\r\n");
        if (!body || sscanf(answer, "HTTP/1.1 %d", &status) != 1) {
            number = oauth_http_response(client, 0, "", 0, "", 0);
            continue;
        }
        int32_t head = (int32_t)(body + 2 - answer);
        number = oauth_http_response(client, status, answer, head, body + 4, OAUTH_NUL_TERMINATED);
    }
    free(url), free(headers), free(content), free(request), free(answer);
    return number;
}

#endif
