package io.transformer4j.tokenizers.text;

/** UTF-8 by hand where {@link String#getBytes} would allocate. */
public final class Utf8 {

    private Utf8() {}

    /** Number of bytes of a code point that isn't a surrogate. */
    public static int length(int codePoint) {
        return codePoint < 0x80 ? 1 : codePoint < 0x800 ? 2 : codePoint < 0x10000 ? 3 : 4;
    }

    /** Writes a code point that isn't a surrogate and returns the position after it. */
    public static int encode(int codePoint, byte[] target, int at) {
        if (codePoint < 0x80) {
            target[at] = (byte) codePoint;
            return at + 1;
        }
        if (codePoint < 0x800) {
            target[at] = (byte) (0xC0 | (codePoint >> 6));
            target[at + 1] = (byte) (0x80 | (codePoint & 0x3F));
            return at + 2;
        }
        if (codePoint < 0x10000) {
            target[at] = (byte) (0xE0 | (codePoint >> 12));
            target[at + 1] = (byte) (0x80 | ((codePoint >> 6) & 0x3F));
            target[at + 2] = (byte) (0x80 | (codePoint & 0x3F));
            return at + 3;
        }
        target[at] = (byte) (0xF0 | (codePoint >> 18));
        target[at + 1] = (byte) (0x80 | ((codePoint >> 12) & 0x3F));
        target[at + 2] = (byte) (0x80 | ((codePoint >> 6) & 0x3F));
        target[at + 3] = (byte) (0x80 | (codePoint & 0x3F));
        return at + 4;
    }
}
