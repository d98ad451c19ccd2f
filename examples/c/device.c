/* device.c - signs in on a screen without a browser: shows a code, and waits until it is typed elsewhere.
 *
 *     device PROFILE
 *
 * PROFILE is a profile's name, or a profile file (any text with a "/"): see oauth_client_open. It
 * has a store and a device_endpoint. Ended and called again, it goes on with the code it has.
 *
 *     cc -std=c99 -o device device.c -loauth
 */
#define _POSIX_C_SOURCE 200112L
#include <liboauth.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

/* Says what went wrong. Call it before any other function of liboauth. */
static int failed(void)
{
    char why[512];

    oauth_error_text(why, sizeof why);
    fprintf(stderr, "device: %s\n", why);
    return 1;
}

/* A property, or an empty text. */
static const char *get(int32_t client, int32_t property, char *text, int32_t capacity)
{
    if (oauth_get(client, property, text, capacity) < 0)
        text[0] = '\0';
    return text;
}

/* What the person needs to see. */
static void show(int32_t client)
{
    char text[12288];

    printf("Open %s\n", get(client, OAUTH_VERIFICATION_URI, text, sizeof text));
    printf("and type %s\n", get(client, OAUTH_USER_CODE, text, sizeof text));
    /* For a telephone. It is missing where the screen has no room for it. */
    printf("%s", get(client, OAUTH_QR_CODE, text, sizeof text));
    printf("It is good until %s.\n", get(client, OAUTH_DEVICE_EXPIRES_AT, text, sizeof text));
    fflush(stdout);
}

int main(int argc, char **argv)
{
    char seconds[16], header[8192];
    int32_t client, answer;

    if (argc != 2) {
        fputs("usage: device PROFILE\n", stderr);
        return 1;
    }
    client = oauth_client_open(argv[1], OAUTH_NUL_TERMINATED);
    if (client < 0)
        return failed();
    answer = oauth_device_poll(client);
    if (answer == 0) /* somebody has signed in before: is that still good? */
        answer = oauth_bearer_header(client, header, sizeof header);
    if (answer < 0 && answer != OAUTH_PENDING) /* nobody is asked, or it is too late */
        answer = oauth_device_start(client) < 0 ? -1 : OAUTH_PENDING;
    if (answer == OAUTH_PENDING)
        show(client);
    while (answer == OAUTH_PENDING) {
        answer = oauth_device_poll(client);
        if (answer == OAUTH_PENDING)
            sleep((unsigned)atoi(get(client, OAUTH_RETRY_AFTER, seconds, sizeof seconds)));
    }
    if (answer >= 0)
        puts("Signed in.");
    answer = answer < 0 ? failed() : 0;
    oauth_client_close(client);
    return answer;
}
