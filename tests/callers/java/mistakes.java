// The mistakes of ../c/mistakes.c by the package liboauth.

import java.io.PrintStream;
import java.io.UnsupportedEncodingException;
import java.lang.reflect.Field;
import java.lang.reflect.Method;
import java.nio.charset.StandardCharsets;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicInteger;
import liboauth.LibOAuth;
import liboauth.OAuthClient;
import liboauth.OAuthException;

final class mistakes {

    private static final String WORDS = "L\u00f6hne f\u00fcr \u00c6r\u00f8 \u65e5\u672c \ud83d\udd11";
    private static final LibOAuth FUNCTIONS = LibOAuth.INSTANCE;
    private static PrintStream output;

    private static void cameBack(String name, String text) {
        output.println(name + " 0 0 " + text);
    }

    private static void failed(String name, OAuthException error) {
        output.println(name + " " + error.code() + " " + error.action() + " " + error.getMessage());
    }

    private static void fails(String name, Runnable function) {
        try {
            function.run();
            output.println(name + " did not fail");
        } catch (OAuthException error) {
            failed(name, error);
        }
    }

    private static void refused(String name, Runnable function) {
        try {
            function.run();
            output.println(name + " went by");
        } catch (IllegalArgumentException expected) {
            // Some of it would be lost.
        }
    }

    private static String scope(OAuthClient client, String text) {
        client.set(LibOAuth.OAUTH_SCOPE, text);
        return client.get(LibOAuth.OAUTH_SCOPE);
    }

    // Threads that fail in two ways at once are told their own sentence each, though clients that were left are closed
    // meanwhile.
    private static int toldTheirOwn() throws InterruptedException {
        AtomicInteger told = new AtomicInteger();
        Thread[] threads = new Thread[8];
        for (int number = 0; number < threads.length; number++) {
            boolean isOdd = number % 2 == 1;
            threads[number] = new Thread(() -> {
                int right = 0;
                for (int turn = 0; turn < 100; turn++) {
                    OAuthClient left = new OAuthClient();
                    try {
                        left.set(isOdd ? LibOAuth.OAUTH_PKCE : 99999, "sometimes");
                    } catch (OAuthException error) {
                        right += error.getMessage().startsWith(isOdd ? "pkce" : "99999") ? 1 : 0;
                    }
                    if (turn % 25 == 0) {
                        System.gc();
                    }
                }
                told.addAndGet(right == 100 ? 1 : 0);
            });
            threads[number].start();
        }
        for (Thread thread : threads) {
            thread.join();
        }
        return told.get();
    }

    private static void ownHttp() {
        String url = "https://api.example/me";
        byte[] type = "Content-Type: application/json\r\n".getBytes(StandardCharsets.US_ASCII);
        byte[] nothing = {};
        OAuthClient client = new OAuthClient();

        client.set(LibOAuth.OAUTH_HTTP, "caller");
        client.set(LibOAuth.OAUTH_TOKEN_ENDPOINT, "https://tokens.example/token");
        client.set(LibOAuth.OAUTH_CLIENT_ID, "a client");
        client.set(LibOAuth.OAUTH_CLIENT_AUTH, "none");
        fails("needed", () -> client.requestToken("client_credentials"));
        cameBack("method", client.httpRequest(LibOAuth.OAUTH_REQUEST_METHOD));
        cameBack("url", client.httpRequest(LibOAuth.OAUTH_REQUEST_URL));
        cameBack("content", client.httpRequest(LibOAuth.OAUTH_REQUEST_CONTENT));
        byte[] bytes = "{\"access_token\":\"t\0w\u00ff\"}".getBytes(StandardCharsets.ISO_8859_1);
        fails("bytes", () -> client.httpResponse(200, type, bytes));
        try {
            client.requestToken("client_credentials");
        } catch (OAuthException expected) {
            // The request is answered below.
        }
        String json = "{\"access_token\":\"one\",\"expires_in\":3600,\"who\":{\"name\":\"" + WORDS + "\"}}";
        cameBack("taken", String.valueOf(client.httpResponse(200, type, json.getBytes(StandardCharsets.UTF_8))));
        cameBack("token", client.accessToken());
        cameBack("member", client.field(LibOAuth.OAUTH_FIELD_TOKEN, "who.name"));
        fails("no_member", () -> client.field(LibOAuth.OAUTH_FIELD_TOKEN, "who.else"));
        cameBack("headers", client.requestHeaders("GET", url).split("\r")[0]);
        cameBack("again", String.valueOf(client.apiResponse(url, 401, nothing)));
        fails("rejected", client::bearerHeader);
        byte[] wait = "Retry-After: 7\r\n".getBytes(StandardCharsets.US_ASCII);
        fails("busy", () -> client.httpResponse(503, wait, nothing));
        cameBack("retry_after", client.get(LibOAuth.OAUTH_RETRY_AFTER));
    }

    // What LibOAuth has: its constants, and each function with zeros and nulls.
    private static void all() throws ReflectiveOperationException {
        int count = 0;
        int sum = 0;
        for (Field constant : LibOAuth.class.getDeclaredFields()) {
            if (constant.getName().startsWith("OAUTH_")) {
                count++;
                sum += constant.getInt(null);
            }
        }
        output.println("constants " + count + " " + sum);
        SortedMap<String, Integer> answers = new TreeMap<>();
        for (Method function : LibOAuth.class.getDeclaredMethods()) {
            Object[] given = new Object[function.getParameterCount()];
            for (int i = 0; i < given.length; i++) {
                given[i] = function.getParameterTypes()[i] == int.class ? 0 : null;
            }
            answers.put(function.getName(), Math.min((Integer) function.invoke(FUNCTIONS, given), 0));
        }
        answers.forEach((name, answer) -> output.println(name + " " + answer));
    }

    public static void main(String[] words)
        throws InterruptedException, ReflectiveOperationException, UnsupportedEncodingException {
        output = new PrintStream(System.out, true, "UTF-8");
        if (words.length == 1) {
            if (words[0].equals("all")) {
                all();
            } else {
                ownHttp();
            }
            return;
        }
        OAuthClient client = new OAuthClient();
        OAuthClient closed = new OAuthClient();
        int stale = closed.handle();

        closed.close();
        failed("stale", new OAuthException(FUNCTIONS.oauth_refresh(stale)));
        fails("closed", closed::refresh);
        client.set(LibOAuth.OAUTH_CLIENT_ID, "a client");
        failed("short_buffer",
            new OAuthException(FUNCTIONS.oauth_get(client.handle(), LibOAuth.OAUTH_CLIENT_ID, new byte[4], 4)));
        String large = new String(new char[100000]).replace('\0', 'x');
        cameBack("grown", scope(client, large).equals(large) ? "100000" : "another text");
        fails("unknown_profile", () -> new OAuthClient("no-such-profile").close());
        fails("no_code", () -> client.exchangeCode(""));
        fails("wrong_code", () -> client.exchangeCode("not-a-code"));
        fails("value", () -> client.set(LibOAuth.OAUTH_PKCE, "sometimes"));
        fails("property", () -> client.set(99999, "x"));
        failed("length",
            new OAuthException(FUNCTIONS.oauth_set(client.handle(), LibOAuth.OAUTH_SCOPE, new byte[] {'x'}, -7)));
        byte[] latin = {(byte) 0xff, (byte) 0xfe, 0};
        failed("not_utf_8", new OAuthException(FUNCTIONS.oauth_set(
            client.handle(), LibOAuth.OAUTH_SCOPE, latin, LibOAuth.OAUTH_NUL_TERMINATED)));
        fails("null", () -> client.set(LibOAuth.OAUTH_SCOPE, null));
        failed("null_buffer",
            new OAuthException(FUNCTIONS.oauth_get(client.handle(), LibOAuth.OAUTH_CLIENT_ID, null, 64)));
        cameBack("utf_8", scope(client, WORDS));
        fails("utf_8_in_error", () -> new OAuthClient(WORDS).close());
        cameBack("blanks", "[" + scope(client, " read ") + "]");
        byte[] field = "read        ".getBytes(StandardCharsets.US_ASCII);
        FUNCTIONS.oauth_set(client.handle(), LibOAuth.OAUTH_SCOPE, field, field.length);
        cameBack("padded", "[" + client.get(LibOAuth.OAUTH_SCOPE) + "]");
        cameBack("empty", "[" + scope(client, "") + "]");
        cameBack("threads", String.valueOf(toldTheirOwn()));
        refused("a NUL in a text", () -> client.set(LibOAuth.OAUTH_SCOPE, "read\0write"));
        refused("half a letter", () -> client.set(LibOAuth.OAUTH_SCOPE, "\ud83d"));
        client.close();
        client.close();
    }
}
