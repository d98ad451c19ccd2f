// liboauth.hpp - liboauth 0.1.0 for C++11 and later: a class over liboauth.h, and nothing else to
// link. Beside signin.cpp, which shows it.
//
// A text is a std::string of UTF-8. What has no answer is an oauth::Error, also OAUTH_PENDING and
// OAUTH_HTTP_NEEDED, which are no failures: compare its code().
//
// A client is moved and not copied, and closes itself. Its methods can be called from any thread;
// while one thread moves or closes the object, no other uses it, as with any object of C++.
//
// Made by `cargo run -p liboauth-bindings` from src/constants, src/ffi and a template.
#ifndef LIBOAUTH_HPP
#define LIBOAUTH_HPP

#include <cstdint>
#include <liboauth.h>
#include <limits>
#include <stdexcept>
#include <string>
#include <utility>

namespace oauth {

namespace detail {

// Calls `function(buffer, capacity)` with a larger buffer until the text fits. The sentence of an
// error is still this thread's when it returns.
template <typename Function>
std::int32_t read(std::string &text, Function function)
{
    for (text.resize(4096);; text.resize(text.size() * 2)) {
        const std::int32_t answer = function(&text[0], static_cast<std::int32_t>(text.size()));
        if (answer != OAUTH_ERROR_BUFFER || text.size() > (1U << 29)) {
            text.resize(answer < 0 ? 0 : static_cast<std::size_t>(answer));
            return answer;
        }
    }
}

} // namespace detail

// Why there is no answer. what() is a sentence that says what to do next, and has no secret in it.
class Error : public std::runtime_error {
public:
    // The error of this thread's last call, which has returned `code`.
    explicit Error(std::int32_t code) : Error(code, sentence(), oauth_error_action()) {}

    Error(std::int32_t code, const std::string &sentence, std::int32_t action)
        : std::runtime_error(sentence), code_(code), action_(action)
    {
    }

    // One of OAUTH_ERROR_..., OAUTH_PENDING or OAUTH_HTTP_NEEDED.
    std::int32_t code() const noexcept { return code_; }

    // What an operator does now: one of OAUTH_ACTION_...
    std::int32_t action() const noexcept { return action_; }

private:
    static std::string sentence()
    {
        std::string text;
        detail::read(text, oauth_error_text);
        return text;
    }

    std::int32_t code_;
    std::int32_t action_;
};

// The version of the library that is there when the program runs.
inline std::string version()
{
    std::string text;
    const std::int32_t answer = detail::read(text, oauth_version);
    if (answer < 0)
        throw Error(answer);
    return text;
}

// One registration at one authorization server, with its settings and its token.
class Client {
public:
    // Without settings: set() gives them.
    Client() : handle_(check(oauth_client_new())) {}

    // Set up from a profile. See oauth_client_open.
    explicit Client(const std::string &profile)
        : handle_(check(oauth_client_open(whole(profile), OAUTH_NUL_TERMINATED)))
    {
    }

    Client(const Client &) = delete;
    Client &operator=(const Client &) = delete;

    Client(Client &&other) noexcept : handle_(other.handle_) { other.handle_ = 0; }

    Client &operator=(Client &&other) noexcept
    {
        std::swap(handle_, other.handle_);
        return *this;
    }

    // Closes it. Where a token could still not be stored, only close() says so.
    ~Client() { oauth_client_close(handle_); }

    // Closes the client and wipes the library's copies of its secrets; what was handed out is the
    // program's. A second time is harmless.
    void close()
    {
        const std::int32_t handle = handle_;
        handle_ = 0;
        check(oauth_client_close(handle));
    }

    // For functions of liboauth.h; 0 once it is closed.
    std::int32_t handle() const noexcept { return handle_; }

    // Sets a property. See oauth_set.
    std::int32_t set(std::int32_t property, const std::string &text)
    {
        return check(oauth_set(handle_, property, whole(text), OAUTH_NUL_TERMINATED));
    }

    // Reads a property: a setting, or a result such as OAUTH_EXPIRES_AT. See oauth_get.
    std::string get(std::int32_t property)
    {
        return text([&](char *buffer, std::int32_t capacity) {
            return oauth_get(handle_, property, buffer, capacity);
        });
    }

    // Makes the URL that a person opens in a browser to sign in (RFC 6749 section 4.1.1), with a
    // fresh state and, unless OAUTH_PKCE is "off", a fresh code challenge (RFC 7636). See
    // oauth_build_authorize_url.
    std::string build_authorize_url()
    {
        return text([&](char *buffer, std::int32_t capacity) {
            return oauth_build_authorize_url(handle_, buffer, capacity);
        });
    }

    // Exchanges the code that came back from the sign-in for tokens (RFC 6749 section 4.1.3). See
    // oauth_exchange_code.
    std::int32_t exchange_code(const std::string &code)
    {
        return check(oauth_exchange_code(handle_, whole(code), OAUTH_NUL_TERMINATED));
    }

    // Refreshes the access token now, whether or not it is still valid (RFC 6749 section 6); a
    // refresh of another thread or process that is under way is joined. See oauth_refresh.
    std::int32_t refresh()
    {
        return check(oauth_refresh(handle_));
    }

    // Gives the header for a request to the API, "Authorization: Bearer ..." (RFC 6750 section
    // 2.1), refreshed first if the token is not valid for OAUTH_MIN_VALID seconds more. See
    // oauth_bearer_header.
    std::string bearer_header()
    {
        return text([&](char *buffer, std::int32_t capacity) {
            return oauth_bearer_header(handle_, buffer, capacity);
        });
    }

    // Gives the access token alone, refreshed first as by oauth_bearer_header: for HTTP libraries
    // that make the header themselves. See oauth_access_token.
    std::string access_token()
    {
        return text([&](char *buffer, std::int32_t capacity) {
            return oauth_access_token(handle_, buffer, capacity);
        });
    }

    // Says that the API answered 401 to the token that this thread got last: the next
    // oauth_bearer_header refreshes, unless another thread or process has already done so. See
    // oauth_token_rejected.
    std::int32_t token_rejected()
    {
        return check(oauth_token_rejected(handle_));
    }

    // Lists the accounts (OAUTH_ACCOUNT) that have a token of this token endpoint and client_id in
    // the store. See oauth_accounts.
    std::string accounts(std::int32_t page)
    {
        return text([&](char *buffer, std::int32_t capacity) {
            return oauth_accounts(handle_, page, buffer, capacity);
        });
    }

    // Removes the token of OAUTH_ACCOUNT from store and memory, and its authorizations that are
    // pending. See oauth_forget.
    std::int32_t forget()
    {
        return check(oauth_forget(handle_));
    }

    // Seals every record of the store with OAUTH_STORE_KEY that is not: those sealed with
    // OAUTH_STORE_OLD_KEY and, with OAUTH_STORE_ALLOW_PLAIN, those that are not sealed at all. See
    // oauth_store_reseal.
    std::int32_t store_reseal()
    {
        return check(oauth_store_reseal(handle_));
    }

    // Takes a token over from a database of the program's own: the text that oauth_get gave for
    // OAUTH_TOKEN_RECORD. See oauth_import_token.
    std::int32_t import_token(std::int32_t expected, const std::string &record)
    {
        return check(oauth_import_token(handle_, expected, whole(record), OAUTH_NUL_TERMINATED));
    }

    // Describes the request that waits to be sent by the caller's own HTTP, after
    // OAUTH_HTTP_NEEDED. See oauth_http_request.
    std::string http_request(std::int32_t part)
    {
        return text([&](char *buffer, std::int32_t capacity) {
            return oauth_http_request(handle_, part, buffer, capacity);
        });
    }

    // Hands over the answer to the request of oauth_http_request; the operation that needed it goes
    // on. See oauth_http_response.
    std::int32_t http_response(std::int32_t status, const std::string &headers,
        const std::string &body)
    {
        return check(oauth_http_response(handle_, status, headers.data(), size(headers),
            body.data(), size(body)));
    }

    // Has the server revoke the tokens of OAUTH_ACCOUNT, the refresh token and then the access
    // token (RFC 7009), and removes them from store and memory. See oauth_revoke.
    std::int32_t revoke()
    {
        return check(oauth_revoke(handle_));
    }

    // Asks for a token by a grant that needs no person, now, whether there is a valid one or not,
    // and stores it. See oauth_request_token.
    std::int32_t request_token(const std::string &grant_type)
    {
        return check(oauth_request_token(handle_, whole(grant_type), OAUTH_NUL_TERMINATED));
    }

    // Reads a member of what the server has sent with the token in memory, or else the stored one,
    // such as "instance_url". See oauth_field.
    std::string field(std::int32_t source, const std::string &name)
    {
        return text([&](char *buffer, std::int32_t capacity) {
            return oauth_field(handle_, source, whole(name), OAUTH_NUL_TERMINATED, buffer,
                capacity);
        });
    }

    // Asks the server what the access token is, at OAUTH_INTROSPECTION_ENDPOINT (RFC 7662). See
    // oauth_introspect.
    std::int32_t introspect()
    {
        return check(oauth_introspect(handle_));
    }

    // Looks up what the server says of itself, by OAUTH_ISSUER (RFC 8414 section 3). See
    // oauth_discover.
    std::int32_t discover()
    {
        return check(oauth_discover(handle_));
    }

    // Gives all header lines that one request to the API needs, fresh as by oauth_bearer_header:
    // "Authorization: Bearer ...", or for a token that is bound to a key (OAUTH_DPOP)
    // "Authorization: DPoP ..." and "DPoP: ...", a proof for this request alone (RFC 9449 section
    // 7). See oauth_request_headers.
    std::string request_headers(const std::string &method, const std::string &url)
    {
        return text([&](char *buffer, std::int32_t capacity) {
            return oauth_request_headers(handle_, whole(method), OAUTH_NUL_TERMINATED, whole(url),
                OAUTH_NUL_TERMINATED, buffer, capacity);
        });
    }

    // Hands over what the API answered to a request with oauth_request_headers, and says whether to
    // send it again, at once and with new ones: where the API asks for another nonce (RFC 9449
    // section 9), where our clock is not its own, and where it refuses the token with 401, the one
    // that this thread got last, which is then renewed as after oauth_token_rejected. See
    // oauth_api_response.
    std::int32_t api_response(const std::string &url, std::int32_t status,
        const std::string &headers)
    {
        return check(oauth_api_response(handle_, whole(url), OAUTH_NUL_TERMINATED, status,
            headers.data(), size(headers)));
    }

    // Waits until the browser comes back from the sign-in to OAUTH_REDIRECT_URI on this machine,
    // exchanges the code as oauth_exchange_code does, and then shows the person a page that says
    // what has become of it (RFC 8252 section 7.3). See oauth_await_redirect.
    std::int32_t await_redirect(std::int32_t seconds)
    {
        return check(oauth_await_redirect(handle_, seconds));
    }

    // Ends the oauth_await_redirect that waits, or else the next one: it returns
    // OAUTH_ERROR_CANCELLED. See oauth_stop_waiting.
    std::int32_t stop_waiting()
    {
        return check(oauth_stop_waiting(handle_));
    }

    // Asks the server who has signed in, at OAUTH_USERINFO_ENDPOINT (OpenID Connect Core section
    // 5.3), with an access token that is refreshed first where that is needed. See oauth_userinfo.
    std::int32_t userinfo()
    {
        return check(oauth_userinfo(handle_));
    }

    // Makes the URL of the page where a person signs out at the server (OpenID Connect RP-Initiated
    // Logout): of OAUTH_END_SESSION_ENDPOINT, with the ID token as "id_token_hint", and with
    // OAUTH_POST_LOGOUT_REDIRECT_URI, if it is set, and a fresh "state", which
    // OAUTH_END_SESSION_STATE has. See oauth_end_session_url.
    std::string end_session_url()
    {
        return text([&](char *buffer, std::int32_t capacity) {
            return oauth_end_session_url(handle_, buffer, capacity);
        });
    }

    // Gives what a mail server is shown instead of a password, for IMAP's AUTHENTICATE and SMTP's
    // AUTH, fresh as by oauth_bearer_header: the client's first response, in base64 and in one
    // line. See oauth_sasl_response.
    std::string sasl_response(std::int32_t mechanism)
    {
        return text([&](char *buffer, std::int32_t capacity) {
            return oauth_sasl_response(handle_, mechanism, buffer, capacity);
        });
    }

    // Begins a sign-in for a screen without a browser (RFC 8628): asks OAUTH_DEVICE_ENDPOINT for a
    // code, which a person types on whatever has a browser. See oauth_device_start.
    std::int32_t device_start()
    {
        return check(oauth_device_start(handle_));
    }

    // Asks whether the person has agreed, after oauth_device_start or oauth_ciba_start, in this
    // process or another. See oauth_device_poll.
    std::int32_t device_poll()
    {
        return check(oauth_device_poll(handle_));
    }

    // Has the server ask a person by itself, on the person's telephone, at OAUTH_CIBA_ENDPOINT
    // (OpenID Connect CIBA Core, poll mode). See oauth_ciba_start.
    std::int32_t ciba_start()
    {
        return check(oauth_ciba_start(handle_));
    }

    // Registers the client at OAUTH_REGISTRATION_ENDPOINT (RFC 7591), with OAUTH_CLIENT_METADATA,
    // and is that client from then on: OAUTH_CLIENT_ID and OAUTH_CLIENT_SECRET, which are left
    // empty for that, are those that the server has given. See oauth_register.
    std::int32_t register_client()
    {
        return check(oauth_register(handle_));
    }

    // Has the server forget the client that oauth_register has registered (RFC 7592 section 2.3),
    // and takes it out of the store and of this client's settings. See oauth_unregister.
    std::int32_t unregister()
    {
        return check(oauth_unregister(handle_));
    }

private:
    static std::int32_t check(std::int32_t answer)
    {
        if (answer < 0)
            throw Error(answer);
        return answer;
    }

    template <typename Function>
    static std::string text(Function function)
    {
        std::string text;
        check(detail::read(text, function));
        return text;
    }

    // What follows a NUL would be lost in silence.
    static const char *whole(const std::string &text)
    {
        if (text.find('\0') != std::string::npos)
            throw std::invalid_argument("a text for liboauth has a NUL in it");
        return text.c_str();
    }

    static std::int32_t size(const std::string &bytes)
    {
        if (bytes.size() > static_cast<std::size_t>(std::numeric_limits<std::int32_t>::max()))
            throw std::invalid_argument("a text for liboauth is longer than 2 GiB");
        return static_cast<std::int32_t>(bytes.size());
    }

    std::int32_t handle_;
};

} // namespace oauth

#endif
