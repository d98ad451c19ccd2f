// The mistakes of ../c/mistakes.c by liboauth.hpp.
#include <atomic>
#include <iostream>
#include <liboauth.hpp>
#include <string>
#include <thread>
#include <vector>

static const char WORDS[] = "L\303\266hne f\303\274r \303\206r\303\270 \346\227\245\346\234\254 \360\237\224\221";

static void came_back(const char *name, const std::string &text)
{
    std::cout << name << " 0 0 " << text << "\n";
}

static void failed(const char *name, const oauth::Error &error)
{
    std::cout << name << " " << error.code() << " " << error.action() << " " << error.what() << "\n";
}

template <typename Function>
static void fails(const char *name, Function function)
{
    try {
        function();
        std::cout << name << " did not fail\n";
    } catch (const oauth::Error &error) {
        failed(name, error);
    }
}

static std::string scope(oauth::Client &client, const std::string &text)
{
    client.set(OAUTH_SCOPE, text);
    return client.get(OAUTH_SCOPE);
}

// Threads that fail in two ways at once are told their own sentence each.
static int told_their_own()
{
    std::atomic<int> threads(0);
    std::vector<std::thread> all;

    for (int number = 0; number < 8; number++)
        all.emplace_back([&threads, number] {
            oauth::Client client;
            int right = 0;
            for (int turn = 0; turn < 100; turn++) {
                try {
                    client.set(number % 2 ? OAUTH_PKCE : 99999, "sometimes");
                } catch (const oauth::Error &error) {
                    right += std::string(error.what()).find(number % 2 ? "pkce" : "99999") == 0;
                }
            }
            threads += right == 100;
        });
    for (std::thread &thread : all)
        thread.join();
    return threads;
}

static void moves()
{
    oauth::Client one, other;

    one.set(OAUTH_SCOPE, "one");
    other = std::move(one);
    oauth::Client third(std::move(other));
    if (third.get(OAUTH_SCOPE) != "one")
        std::cout << "a client that was moved is another\n";
}

static void own_http()
{
    const std::string type = "Content-Type: application/json\r\n", url = "https://api.example/me";
    const std::string json = std::string("{\"access_token\":\"one\",\"expires_in\":3600,\"who\":{\"name\":\"") + WORDS + "\"}}";
    oauth::Client client;

    client.set(OAUTH_HTTP, "caller");
    client.set(OAUTH_TOKEN_ENDPOINT, "https://tokens.example/token");
    client.set(OAUTH_CLIENT_ID, "a client");
    client.set(OAUTH_CLIENT_AUTH, "none");
    fails("needed", [&] { client.request_token("client_credentials"); });
    came_back("method", client.http_request(OAUTH_REQUEST_METHOD));
    came_back("url", client.http_request(OAUTH_REQUEST_URL));
    came_back("content", client.http_request(OAUTH_REQUEST_CONTENT));
    const std::string bytes("{\"access_token\":\"t\0w\377\"}", 23);
    fails("bytes", [&] { client.http_response(200, type, bytes); });
    try {
        client.request_token("client_credentials");
    } catch (const oauth::Error &) {
    }
    came_back("taken", std::to_string(client.http_response(200, type, json)));
    came_back("token", client.access_token());
    came_back("member", client.field(OAUTH_FIELD_TOKEN, "who.name"));
    fails("no_member", [&] { client.field(OAUTH_FIELD_TOKEN, "who.else"); });
    const std::string headers = client.request_headers("GET", url);
    came_back("headers", headers.substr(0, headers.find('\r')));
    came_back("again", std::to_string(client.api_response(url, 401, "")));
    fails("rejected", [&] { client.bearer_header(); });
    fails("busy", [&] { client.http_response(503, "Retry-After: 7\r\n", ""); });
    came_back("retry_after", client.get(OAUTH_RETRY_AFTER));
}

int main(int count, char **words)
{
    if (count == 2 && std::string(words[1]) == "own-http") {
        own_http();
        return 0;
    }
    char buffer[64];
    oauth::Client client;
    oauth::Client closed;
    const std::int32_t stale = closed.handle();

    closed.close();
    failed("stale", oauth::Error(oauth_refresh(stale)));
    fails("closed", [&] { closed.refresh(); });
    client.set(OAUTH_CLIENT_ID, "a client");
    failed("short_buffer", oauth::Error(oauth_get(client.handle(), OAUTH_CLIENT_ID, buffer, 4)));
    const std::string large(100000, 'x');
    came_back("grown", scope(client, large) == large ? "100000" : "another text");
    fails("unknown_profile", [] { oauth::Client("no-such-profile"); });
    fails("no_code", [&] { client.exchange_code(""); });
    fails("wrong_code", [&] { client.exchange_code("not-a-code"); });
    fails("value", [&] { client.set(OAUTH_PKCE, "sometimes"); });
    fails("property", [&] { client.set(99999, "x"); });
    failed("length", oauth::Error(oauth_set(client.handle(), OAUTH_SCOPE, "x", -7)));
    fails("not_utf_8", [&] { client.set(OAUTH_SCOPE, "\377\376"); });
    failed("null", oauth::Error(oauth_set(client.handle(), OAUTH_SCOPE, nullptr, OAUTH_NUL_TERMINATED)));
    failed("null_buffer", oauth::Error(oauth_get(client.handle(), OAUTH_CLIENT_ID, nullptr, 64)));
    came_back("utf_8", scope(client, WORDS));
    fails("utf_8_in_error", [] { oauth::Client other(WORDS); });
    came_back("blanks", "[" + scope(client, " read ") + "]");
    oauth_set(client.handle(), OAUTH_SCOPE, "read        ", 12);
    came_back("padded", "[" + client.get(OAUTH_SCOPE) + "]");
    came_back("empty", "[" + scope(client, "") + "]");
    came_back("threads", std::to_string(told_their_own()));
    try {
        client.set(OAUTH_SCOPE, std::string("read\0write", 10));
        std::cout << "a NUL in a text went by\n";
    } catch (const std::invalid_argument &) {
    }
    moves();
    client.close();
    client.close();
    return 0;
}
