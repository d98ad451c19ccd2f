// signin.java - prints the header for a request to an API; signs in first where that is needed.
//
//     java -cp .:/usr/share/java/jna.jar signin PROFILE
//
// PROFILE is a profile's name, or a profile file (any text with a "/"): see oauth_client_open. The
// address to sign in at is printed as one line; what the browser ends at is read as one line.
//
//     javac -cp .:/usr/share/java/jna.jar signin.java

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import liboauth.LibOAuth;
import liboauth.OAuthClient;
import liboauth.OAuthException;

final class signin {

    public static void main(String[] words) throws IOException {
        // UTF-8 whatever the locale is.
        PrintStream output = new PrintStream(System.out, true, "UTF-8");
        PrintStream errors = new PrintStream(System.err, true, "UTF-8");

        if (words.length != 1) {
            errors.println("usage: signin PROFILE");
            System.exit(1);
        }
        try (OAuthClient client = new OAuthClient(words[0])) {
            output.println(header(client, output));
        } catch (OAuthException error) {
            errors.println("error " + error.code() + ": " + error.getMessage());
            errors.println("What to do: " + whatToDo(error));
            System.exit(1);
        }
    }

    // From memory or the store, refreshed if it is about to expire; or else a person signs in.
    private static String header(OAuthClient client, PrintStream output) throws IOException {
        try {
            return client.bearerHeader();
        } catch (OAuthException error) {
            if (error.action() != LibOAuth.OAUTH_ACTION_SIGN_IN) {
                throw error;
            }
        }
        output.println(client.buildAuthorizeUrl());
        InputStreamReader input = new InputStreamReader(System.in, StandardCharsets.UTF_8);
        String pasted = new BufferedReader(input).readLine();
        client.exchangeCode(pasted == null ? "" : pasted);
        return client.bearerHeader();
    }

    private static String whatToDo(OAuthException error) {
        switch (error.action()) {
            case LibOAuth.OAUTH_ACTION_RETRY:
                return "try again later.";
            case LibOAuth.OAUTH_ACTION_SIGN_IN:
                return "start again, and sign in.";
            case LibOAuth.OAUTH_ACTION_FIX:
                return "mend the configuration; trying again will not help.";
            default:
                return "send the request that waits: the profile has http = \"caller\".";
        }
    }
}
