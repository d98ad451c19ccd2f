package liboauth;

/** Why there is no answer. The message is a sentence that says what to do next, without a secret. */
public final class OAuthException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final int code;
    private final int action;

    /** The error of this thread's last call, which has returned that code. */
    public OAuthException(int code) {
        super(lastSentence());
        this.code = code;
        this.action = LibOAuth.INSTANCE.oauth_error_action();
    }

    /** One of OAUTH_ERROR_..., OAUTH_PENDING or OAUTH_HTTP_NEEDED. */
    public int code() {
        return code;
    }

    /** What an operator does now: one of OAUTH_ACTION_... */
    public int action() {
        return action;
    }

    private static String lastSentence() {
        byte[][] text = new byte[1][];
        return OAuthClient.from(text, OAuthClient.read(text, LibOAuth.INSTANCE::oauth_error_text));
    }
}
