/* httpget.c - HTTP for COBOL, with libcurl. It stands for the HTTP that your shop has.
 *
 * COBOL cannot call libcurl itself: curl_easy_setopt takes arguments without a type of their own, which machines hand
 * over in another way than CALL does. Texts are COBOL's: a field and its length, padded with blanks. What comes back in
 * a length is C's int, so the field for it is a BINARY-LONG: COMP is big-endian.
 */
#include <curl/curl.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

struct field {
    char *start;
    size_t length;
    size_t capacity;
};

/* A C string of a field, without the blanks that pad it. */
static char *c_string(const char *field, int32_t length)
{
    char *text = (char *)malloc((size_t)length + 1);

    while (length > 0 && field[length - 1] == ' ')
        length--;
    if (text != NULL) {
        memcpy(text, field, (size_t)length);
        text[length] = '\0';
    }
    return text;
}

/* Compilers leave out a memset of memory that nobody reads any more. */
static void wipe(char *text)
{
    volatile char *byte = text;

    while (byte != NULL && *byte != '\0')
        *byte++ = '\0';
}

/* Adds to a field what fits in it. libcurl ends the transfer when not all of it does. */
static size_t keep(char *data, size_t size, size_t count, void *to)
{
    struct field *field = (struct field *)to;
    size_t room = field->capacity - field->length;
    size_t kept = size * count < room ? size * count : room;

    memcpy(field->start + field->length, data, kept);
    field->length += kept;
    return kept;
}

/* Header lines with CR LF between them, as libcurl wants them; NULL where there is no memory, or no line. */
static struct curl_slist *header_list(char *lines)
{
    struct curl_slist *list = NULL;

    while (*lines != '\0') {
        size_t length = strcspn(lines, "\r\n");
        char end = lines[length];
        struct curl_slist *longer;

        lines[length] = '\0';
        longer = curl_slist_append(list, lines);
        lines[length] = end;
        if (longer == NULL) {
            curl_slist_free_all(list);
            return NULL;
        }
        list = longer;
        lines += length + strspn(lines + length, "\r\n");
    }
    return list;
}

static CURL *connection;

static void disconnect(void)
{
    curl_easy_cleanup(connection);
}

/* The one that a run unit has: the next request goes over the connection of the last one. */
static CURL *connected(void)
{
    if (connection != NULL) {
        curl_easy_reset(connection);
    } else if ((connection = curl_easy_init()) != NULL && atexit(disconnect) != 0) {
        disconnect();
        connection = NULL;
    }
    return connection;
}

/* Sends a request. `headers` are lines with CR LF between them. The answer's headers and body stand in their fields, with
 * their lengths; a body whose length is its field's may have been longer. Returns the HTTP status, or 0 when there is no
 * whole answer, and why as the body. */
int32_t http_send(const char *method, int32_t method_length, const char *url, int32_t url_length,
                  const char *headers, int32_t headers_length, const char *content, int32_t content_length,
                  char *answer_headers, int32_t headers_capacity, int32_t *answer_headers_length,
                  char *answer, int32_t capacity, int32_t *answer_length)
{
    CURL *curl = connected();
    char *method_text = c_string(method, method_length);
    char *url_text = c_string(url, url_length);
    char *header_text = c_string(headers, headers_length);
    struct curl_slist *list = header_text != NULL ? header_list(header_text) : NULL, *item;
    struct field head = {answer_headers, 0, (size_t)headers_capacity};
    struct field body = {answer, 0, (size_t)capacity};
    CURLcode rc = CURLE_OUT_OF_MEMORY;
    long status = 0;

    if (curl != NULL && method_text != NULL && url_text != NULL && list != NULL) {
        curl_easy_setopt(curl, CURLOPT_URL, url_text);
        if (strcmp(method_text, "GET") != 0) {
            curl_easy_setopt(curl, CURLOPT_POSTFIELDS, content);
            curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE, (long)content_length);
        }
        curl_easy_setopt(curl, CURLOPT_CUSTOMREQUEST, method_text);
        curl_easy_setopt(curl, CURLOPT_HTTPHEADER, list);
        curl_easy_setopt(curl, CURLOPT_FOLLOWLOCATION, 0L); /* what is sent is for this host alone */
        curl_easy_setopt(curl, CURLOPT_PATH_AS_IS, 1L);     /* a key may be ".." */
        curl_easy_setopt(curl, CURLOPT_TIMEOUT, 30L);
        curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
        curl_easy_setopt(curl, CURLOPT_HEADERFUNCTION, keep);
        curl_easy_setopt(curl, CURLOPT_HEADERDATA, &head);
        curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, keep);
        curl_easy_setopt(curl, CURLOPT_WRITEDATA, &body);
        rc = curl_easy_perform(curl);
    }
    if (rc == CURLE_OK || (rc == CURLE_WRITE_ERROR && body.length == body.capacity)) {
        curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status);
    } else {
        const char *why = curl_easy_strerror(rc);

        head.length = body.length = 0;
        keep((char *)why, 1, strlen(why), &body);
    }
    for (item = list; item != NULL; item = item->next)
        wipe(item->data);
    curl_slist_free_all(list);
    wipe(header_text);
    free(header_text);
    wipe(url_text); /* some servers want a secret in it */
    free(url_text);
    free(method_text);
    *answer_headers_length = (int32_t)head.length;
    *answer_length = (int32_t)body.length;
    return (int32_t)status;
}

/* GETs a URL with a header. Returns the HTTP status and the body in `answer`, padded with blanks, or 0 when there is no
 * whole answer that fits, and why in `answer`. */
int32_t http_get(const char *url, int32_t url_length, const char *header, int32_t header_length,
                 char *answer, int32_t capacity)
{
    static const char too_long[] = "the answer is longer than its field";
    char headers[CURL_MAX_HTTP_HEADER];
    int32_t headers_length, length;
    int32_t status = http_send("GET", 3, url, url_length, header, header_length, "", 0,
                               headers, (int32_t)sizeof headers, &headers_length, answer, capacity, &length);

    if (status != 0 && length == capacity) {
        struct field body = {answer, 0, (size_t)capacity};

        keep((char *)too_long, 1, sizeof too_long - 1, &body);
        length = (int32_t)body.length;
        status = 0;
    }
    memset(answer + length, ' ', (size_t)(capacity - length));
    return status;
}

/* A field as it stands in a URL: percent-encoded, without the blanks that pad it. Returns the length, or 0 where it does
 * not fit or is blank. */
int32_t http_escape(const char *field, int32_t length, char *escaped, int32_t capacity)
{
    static const char hex[] = "0123456789ABCDEF";
    static const char plain[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~";
    int32_t from, to = 0;

    while (length > 0 && field[length - 1] == ' ')
        length--;
    for (from = 0; from < length; from++) {
        unsigned char byte = (unsigned char)field[from];

        if (capacity - to < 3)
            return 0;
        if (byte != '\0' && strchr(plain, byte) != NULL) {
            escaped[to++] = (char)byte;
        } else {
            escaped[to++] = '%';
            escaped[to++] = hex[byte >> 4];
            escaped[to++] = hex[byte & 15];
        }
    }
    return to;
}
