/* httpget.c - HTTP GET for COBOL, with libcurl. It stands for the HTTP that your shop has.
 *
 * Texts are COBOL's: a field and its length, padded with blanks.
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

static size_t keep(char *data, size_t size, size_t count, void *to)
{
    struct field *field = (struct field *)to;

    if (size * count > field->capacity - field->length)
        return 0; /* too much: libcurl ends the transfer */
    memcpy(field->start + field->length, data, size * count);
    field->length += size * count;
    return size * count;
}

/* GETs a URL with a header. Returns the HTTP status and the body in `answer`, or 0 when there is no
 * whole answer, and why in `answer`. */
int32_t http_get(const char *url, int32_t url_length, const char *header, int32_t header_length,
                 char *answer, int32_t capacity)
{
    CURL *curl = curl_easy_init();
    char *url_text = c_string(url, url_length);
    char *header_text = c_string(header, header_length);
    struct curl_slist *headers = header_text ? curl_slist_append(NULL, header_text) : NULL;
    struct field body = {answer, 0, (size_t)capacity};
    CURLcode rc = CURLE_OUT_OF_MEMORY;
    long status = 0;

    memset(answer, ' ', body.capacity);
    if (curl != NULL && url_text != NULL && headers != NULL) {
        curl_easy_setopt(curl, CURLOPT_URL, url_text);
        curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers);
        curl_easy_setopt(curl, CURLOPT_FOLLOWLOCATION, 0L); /* the token is for this host alone */
        curl_easy_setopt(curl, CURLOPT_TIMEOUT, 30L);
        curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, keep);
        curl_easy_setopt(curl, CURLOPT_WRITEDATA, &body);
        rc = curl_easy_perform(curl);
    }
    if (rc == CURLE_OK) {
        curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status);
    } else {
        const char *why = curl_easy_strerror(rc);
        size_t length = strlen(why);

        memset(answer, ' ', body.capacity);
        memcpy(answer, why, length < body.capacity ? length : body.capacity);
    }
    curl_slist_free_all(headers);
    free(header_text);
    free(url_text);
    curl_easy_cleanup(curl);
    return (int32_t)status;
}
