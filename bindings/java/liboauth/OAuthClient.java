package liboauth;

import java.lang.ref.PhantomReference;
import java.lang.ref.ReferenceQueue;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * One registration at one authorization server, with its settings and its token: liboauth 0.1.0.
 *
 * <p>Any thread can call it; tokenRejected and apiResponse are about the token that the platform's
 * thread got last, so not for virtual ones. Close it when no other thread uses it; one that is left
 * to the garbage collector is closed when the next one is made. What has no answer is an {@link
 * OAuthException}, also OAUTH_PENDING and OAUTH_HTTP_NEEDED, which are no failures: compare its
 * code.
 *
 * <p>Made by `cargo run -p liboauth-bindings` from src/constants, src/ffi and a template.
 */
public final class OAuthClient implements AutoCloseable {

    private static final ReferenceQueue<OAuthClient> LEFT = new ReferenceQueue<>();
    private static final Set<Guard> OPEN = ConcurrentHashMap.newKeySet();

    private final Guard guard;
    private volatile int handle;

    /** Without settings: {@link #set} gives them. */
    public OAuthClient() {
        this(LibOAuth.INSTANCE.oauth_client_new());
    }

    /** Set up from a profile. See oauth_client_open. */
    public OAuthClient(String profile) {
        this(LibOAuth.INSTANCE.oauth_client_open(whole(profile), LibOAuth.OAUTH_NUL_TERMINATED));
    }

    private OAuthClient(int answer) {
        handle = answered(answer);
        guard = new Guard(this, handle);
        OPEN.add(guard);
        closeThoseLeft();
    }

    /** For the functions of LibOAuth; 0 once it is closed. */
    public int handle() {
        return handle;
    }

    /**
     * Closes the client, wipes the library's copies of its secrets (what was handed out is the
     * program's), and says where a token could still not be stored. A second time is harmless.
     */
    @Override
    public void close() {
        OPEN.remove(guard);
        guard.clear();
        int closing = handle;
        handle = 0;
        answered(LibOAuth.INSTANCE.oauth_client_close(closing));
    }

    /** The version of the library that is there when the program runs. */
    public static String version() {
        byte[][] text = new byte[1][];
        return from(text, answered(read(text, LibOAuth.INSTANCE::oauth_version)));
    }

    /**
     * Sets a property. See oauth_set.
     */
    public int set(int property, String text) {
        return check(LibOAuth.INSTANCE.oauth_set(handle, property, whole(text),
            LibOAuth.OAUTH_NUL_TERMINATED));
    }

    /**
     * Reads a property: a setting, or a result such as OAUTH_EXPIRES_AT. See oauth_get.
     */
    public String get(int property) {
        return read((buffer, capacity) ->
            LibOAuth.INSTANCE.oauth_get(handle, property, buffer, capacity));
    }

    /**
     * Makes the URL that a person opens in a browser to sign in (RFC 6749 section 4.1.1),
     * with a fresh state and, unless OAUTH_PKCE is "off", a fresh code challenge (RFC
     * 7636). See oauth_build_authorize_url.
     */
    public String buildAuthorizeUrl() {
        return read((buffer, capacity) ->
            LibOAuth.INSTANCE.oauth_build_authorize_url(handle, buffer, capacity));
    }

    /**
     * Exchanges the code that came back from the sign-in for tokens (RFC 6749 section
     * 4.1.3). See oauth_exchange_code.
     */
    public int exchangeCode(String code) {
        return check(LibOAuth.INSTANCE.oauth_exchange_code(handle, whole(code),
            LibOAuth.OAUTH_NUL_TERMINATED));
    }

    /**
     * Refreshes the access token now, whether or not it is still valid (RFC 6749 section
     * 6); a refresh of another thread or process that is under way is joined. See
     * oauth_refresh.
     */
    public int refresh() {
        return check(LibOAuth.INSTANCE.oauth_refresh(handle));
    }

    /**
     * Gives the header for a request to the API, "Authorization: Bearer ..." (RFC 6750
     * section 2.1), refreshed first if the token is not valid for OAUTH_MIN_VALID seconds
     * more. See oauth_bearer_header.
     */
    public String bearerHeader() {
        return read((buffer, capacity) ->
            LibOAuth.INSTANCE.oauth_bearer_header(handle, buffer, capacity));
    }

    /**
     * Gives the access token alone, refreshed first as by oauth_bearer_header: for HTTP
     * libraries that make the header themselves. See oauth_access_token.
     */
    public String accessToken() {
        return read((buffer, capacity) ->
            LibOAuth.INSTANCE.oauth_access_token(handle, buffer, capacity));
    }

    /**
     * Says that the API answered 401 to the token that this thread got last: the next
     * oauth_bearer_header refreshes, unless another thread or process has already done so.
     * See oauth_token_rejected.
     */
    public int tokenRejected() {
        return check(LibOAuth.INSTANCE.oauth_token_rejected(handle));
    }

    /**
     * Lists the accounts (OAUTH_ACCOUNT) that have a token of this token endpoint and
     * client_id in the store. See oauth_accounts.
     */
    public String accounts(int page) {
        return read((buffer, capacity) ->
            LibOAuth.INSTANCE.oauth_accounts(handle, page, buffer, capacity));
    }

    /**
     * Removes the token of OAUTH_ACCOUNT from store and memory, and its authorizations that
     * are pending. See oauth_forget.
     */
    public int forget() {
        return check(LibOAuth.INSTANCE.oauth_forget(handle));
    }

    /**
     * Seals every record of the store with OAUTH_STORE_KEY that is not: those sealed with
     * OAUTH_STORE_OLD_KEY and, with OAUTH_STORE_ALLOW_PLAIN, those that are not sealed at
     * all. See oauth_store_reseal.
     */
    public int storeReseal() {
        return check(LibOAuth.INSTANCE.oauth_store_reseal(handle));
    }

    /**
     * Takes a token over from a database of the program's own: the text that oauth_get gave
     * for OAUTH_TOKEN_RECORD. See oauth_import_token.
     */
    public int importToken(int expected, String record) {
        return check(LibOAuth.INSTANCE.oauth_import_token(handle, expected, whole(record),
            LibOAuth.OAUTH_NUL_TERMINATED));
    }

    /**
     * Describes the request that waits to be sent by the caller's own HTTP, after
     * OAUTH_HTTP_NEEDED. See oauth_http_request.
     */
    public String httpRequest(int part) {
        return read((buffer, capacity) ->
            LibOAuth.INSTANCE.oauth_http_request(handle, part, buffer, capacity));
    }

    /**
     * Hands over the answer to the request of oauth_http_request; the operation that needed
     * it goes on. See oauth_http_response.
     */
    public int httpResponse(int status, byte[] headers, byte[] body) {
        return check(LibOAuth.INSTANCE.oauth_http_response(handle, status, headers, size(headers),
            body, size(body)));
    }

    /**
     * Has the server revoke the tokens of OAUTH_ACCOUNT, the refresh token and then the
     * access token (RFC 7009), and removes them from store and memory. See oauth_revoke.
     */
    public int revoke() {
        return check(LibOAuth.INSTANCE.oauth_revoke(handle));
    }

    /**
     * Asks for a token by a grant that needs no person, now, whether there is a valid one
     * or not, and stores it. See oauth_request_token.
     */
    public int requestToken(String grant_type) {
        return check(LibOAuth.INSTANCE.oauth_request_token(handle, whole(grant_type),
            LibOAuth.OAUTH_NUL_TERMINATED));
    }

    /**
     * Reads a member of what the server has sent with the token in memory, or else the
     * stored one, such as "instance_url". See oauth_field.
     */
    public String field(int source, String name) {
        return read((buffer, capacity) ->
            LibOAuth.INSTANCE.oauth_field(handle, source, whole(name),
                LibOAuth.OAUTH_NUL_TERMINATED, buffer, capacity));
    }

    /**
     * Asks the server what the access token is, at OAUTH_INTROSPECTION_ENDPOINT (RFC 7662).
     * See oauth_introspect.
     */
    public int introspect() {
        return check(LibOAuth.INSTANCE.oauth_introspect(handle));
    }

    /**
     * Looks up what the server says of itself, by OAUTH_ISSUER (RFC 8414 section 3). See
     * oauth_discover.
     */
    public int discover() {
        return check(LibOAuth.INSTANCE.oauth_discover(handle));
    }

    /**
     * Gives all header lines that one request to the API needs, fresh as by
     * oauth_bearer_header: "Authorization: Bearer ...", or for a token that is bound to a
     * key (OAUTH_DPOP) "Authorization: DPoP ..." and "DPoP: ...", a proof for this request
     * alone (RFC 9449 section 7). See oauth_request_headers.
     */
    public String requestHeaders(String method, String url) {
        return read((buffer, capacity) ->
            LibOAuth.INSTANCE.oauth_request_headers(handle, whole(method),
                LibOAuth.OAUTH_NUL_TERMINATED, whole(url), LibOAuth.OAUTH_NUL_TERMINATED, buffer,
                capacity));
    }

    /**
     * Hands over what the API answered to a request with oauth_request_headers, and says
     * whether to send it again, at once and with new ones: where the API asks for another
     * nonce (RFC 9449 section 9), where our clock is not its own, and where it refuses the
     * token with 401, the one that this thread got last, which is then renewed as after
     * oauth_token_rejected. See oauth_api_response.
     */
    public int apiResponse(String url, int status, byte[] headers) {
        return check(LibOAuth.INSTANCE.oauth_api_response(handle, whole(url),
            LibOAuth.OAUTH_NUL_TERMINATED, status, headers, size(headers)));
    }

    /**
     * Waits until the browser comes back from the sign-in to OAUTH_REDIRECT_URI on this
     * machine, exchanges the code as oauth_exchange_code does, and then shows the person a
     * page that says what has become of it (RFC 8252 section 7.3). See
     * oauth_await_redirect.
     */
    public int awaitRedirect(int seconds) {
        return check(LibOAuth.INSTANCE.oauth_await_redirect(handle, seconds));
    }

    /**
     * Ends the oauth_await_redirect that waits, or else the next one: it returns
     * OAUTH_ERROR_CANCELLED. See oauth_stop_waiting.
     */
    public int stopWaiting() {
        return check(LibOAuth.INSTANCE.oauth_stop_waiting(handle));
    }

    /**
     * Asks the server who has signed in, at OAUTH_USERINFO_ENDPOINT (OpenID Connect Core
     * section 5.3), with an access token that is refreshed first where that is needed. See
     * oauth_userinfo.
     */
    public int userinfo() {
        return check(LibOAuth.INSTANCE.oauth_userinfo(handle));
    }

    /**
     * Makes the URL of the page where a person signs out at the server (OpenID Connect
     * RP-Initiated Logout): of OAUTH_END_SESSION_ENDPOINT, with the ID token as
     * "id_token_hint", and with OAUTH_POST_LOGOUT_REDIRECT_URI, if it is set, and a fresh
     * "state", which OAUTH_END_SESSION_STATE has. See oauth_end_session_url.
     */
    public String endSessionUrl() {
        return read((buffer, capacity) ->
            LibOAuth.INSTANCE.oauth_end_session_url(handle, buffer, capacity));
    }

    /**
     * Gives what a mail server is shown instead of a password, for IMAP's AUTHENTICATE and
     * SMTP's AUTH, fresh as by oauth_bearer_header: the client's first response, in base64
     * and in one line. See oauth_sasl_response.
     */
    public String saslResponse(int mechanism) {
        return read((buffer, capacity) ->
            LibOAuth.INSTANCE.oauth_sasl_response(handle, mechanism, buffer, capacity));
    }

    /**
     * Begins a sign-in for a screen without a browser (RFC 8628): asks
     * OAUTH_DEVICE_ENDPOINT for a code, which a person types on whatever has a browser. See
     * oauth_device_start.
     */
    public int deviceStart() {
        return check(LibOAuth.INSTANCE.oauth_device_start(handle));
    }

    /**
     * Asks whether the person has agreed, after oauth_device_start or oauth_ciba_start, in
     * this process or another. See oauth_device_poll.
     */
    public int devicePoll() {
        return check(LibOAuth.INSTANCE.oauth_device_poll(handle));
    }

    /**
     * Has the server ask a person by itself, on the person's telephone, at
     * OAUTH_CIBA_ENDPOINT (OpenID Connect CIBA Core, poll mode). See oauth_ciba_start.
     */
    public int cibaStart() {
        return check(LibOAuth.INSTANCE.oauth_ciba_start(handle));
    }

    /**
     * Registers the client at OAUTH_REGISTRATION_ENDPOINT (RFC 7591), with
     * OAUTH_CLIENT_METADATA, and is that client from then on: OAUTH_CLIENT_ID and
     * OAUTH_CLIENT_SECRET, which are left empty for that, are those that the server has
     * given. See oauth_register.
     */
    public int register() {
        return check(LibOAuth.INSTANCE.oauth_register(handle));
    }

    /**
     * Has the server forget the client that oauth_register has registered (RFC 7592 section
     * 2.3), and takes it out of the store and of this client's settings. See
     * oauth_unregister.
     */
    public int unregister() {
        return check(LibOAuth.INSTANCE.oauth_unregister(handle));
    }

    /** A function of LibOAuth with all but its buffer. */
    @FunctionalInterface
    interface Function {
        int call(byte[] buffer, int capacity);
    }

    /** Calls the function with a larger buffer until the text fits. */
    static int read(byte[][] text, Function function) {
        for (int capacity = 4096;; capacity *= 2) {
            text[0] = new byte[capacity];
            int answer = function.call(text[0], capacity);
            if (answer != LibOAuth.OAUTH_ERROR_BUFFER || capacity >= 1 << 29) {
                return answer;
            }
        }
    }

    static String from(byte[][] text, int length) {
        String whole = new String(text[0], 0, Math.max(length, 0), StandardCharsets.UTF_8);
        Arrays.fill(text[0], (byte) 0);
        return whole;
    }

    private String read(Function function) {
        byte[][] text = new byte[1][];
        return from(text, check(read(text, function)));
    }

    /** The sentence is this thread's: nothing is called between the function and this. */
    private static int answered(int answer) {
        if (answer < 0) {
            throw new OAuthException(answer);
        }
        return answer;
    }

    private int check(int answer) {
        answered(answer);
        // Until here the garbage collector must not take it for left: a volatile field is read.
        return handle < 0 ? handle : answer;
    }

    /** With its NUL. What follows another one would be lost in silence, as would half a letter. */
    private static byte[] whole(String text) {
        if (text == null) {
            return null;
        }
        if (text.indexOf('\0') >= 0 || !StandardCharsets.UTF_8.newEncoder().canEncode(text)) {
            throw new IllegalArgumentException("a text for liboauth has a NUL or half a letter");
        }
        return (text + '\0').getBytes(StandardCharsets.UTF_8);
    }

    private static int size(byte[] bytes) {
        return bytes == null ? 0 : bytes.length;
    }

    private static void closeThoseLeft() {
        for (Object left = LEFT.poll(); left != null; left = LEFT.poll()) {
            if (left instanceof Guard && OPEN.remove(left)) {
                LibOAuth.INSTANCE.oauth_client_close(((Guard) left).number);
            }
        }
    }

    /** Knows the handle when the client is gone. */
    private static final class Guard extends PhantomReference<OAuthClient> {
        private final int number;

        private Guard(OAuthClient client, int number) {
            super(client, LEFT);
            this.number = number;
        }
    }
}
