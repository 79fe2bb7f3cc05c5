package io.transformer4j.checkpoint;

import java.util.Locale;

/** Text from files as it may stand in a message: on one line, printable, and no longer than one wants to read. */
final class Quoted {
    private static final int MAX_CHARS = 120;

    private Quoted() {}

    /** {@code text} in double quotes, cut after 120 characters. */
    static String text(String text) {
        String shown = text.length() <= MAX_CHARS ? text : text.substring(0, MAX_CHARS) + "…";
        return '"' + plain(shown) + '"';
    }

    /** A key, which needs no quotes as long as it is one word. */
    static String name(String key) {
        return key.matches("[A-Za-z0-9_.\\[\\]-]{1,120}") ? key : text(key);
    }

    /** {@code text} with everything unprintable written as an escape. */
    static String plain(String text) {
        StringBuilder shown = new StringBuilder(text.length());
        text.codePoints().forEach(c -> {
            if (isPrintable(c)) {
                shown.appendCodePoint(c);
            } else {
                shown.append(String.format(Locale.ROOT, "\\u%04x", c));
            }
        });
        return shown.toString();
    }

    private static boolean isPrintable(int codePoint) {
        return switch (Character.getType(codePoint)) {
            case Character.CONTROL,
                    Character.FORMAT, // bidirectional overrides can make a message read backwards
                    Character.LINE_SEPARATOR,
                    Character.PARAGRAPH_SEPARATOR,
                    Character.SURROGATE,
                    Character.UNASSIGNED -> false;
            default -> true;
        };
    }
}
