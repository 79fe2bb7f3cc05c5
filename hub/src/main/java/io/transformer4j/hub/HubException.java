package io.transformer4j.hub;

import java.util.Locale;

/** A model that can't be had: one sentence that says which, why, and what would help. */
public class HubException extends RuntimeException {
    private static final long serialVersionUID = 1L;
    private static final int MAX_QUOTED = 120;

    /** A whole sentence. */
    public HubException(String message) {
        super(message);
    }

    /** A whole sentence, and what led to it. */
    public HubException(String message, Throwable cause) {
        super(message, cause);
    }

    /** Text from elsewhere as it may stand in a message: quoted, printable, on one line, not long. */
    static String quoted(String text) {
        StringBuilder shown = new StringBuilder("\"");
        text.codePoints().limit(MAX_QUOTED).forEach(c -> {
            if (c >= ' ' && c <= '~') {
                shown.appendCodePoint(c);
            } else {
                shown.append(String.format(Locale.ROOT, "\\u%04x", c));
            }
        });
        return shown.append(text.length() > MAX_QUOTED ? "…\"" : "\"").toString();
    }

    /** The hub doesn't answer, or answers that it can't just now: what is in the cache may do instead. */
    static final class Unreachable extends HubException {
        private static final long serialVersionUID = 1L;

        Unreachable(String message, Throwable cause) {
            super(message, cause);
        }
    }
}
