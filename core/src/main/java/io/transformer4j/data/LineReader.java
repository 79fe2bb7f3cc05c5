package io.transformer4j.data;

import org.jspecify.annotations.Nullable;

/**
 * Lines of a text of any shape in bounded memory: a line longer than the limit comes in parts, cut after the last white
 * space where there is one in the last quarter. {@code \n} and {@code \r\n} end a line. Not thread-safe.
 */
final class LineReader implements AutoCloseable {
    private final Utf8Reader reader;
    private final int maxLineChars;
    private final char[] buffer = new char[1 << 14];
    private final StringBuilder line = new StringBuilder();
    private int position;
    private int limit;
    private boolean terminated;
    private long lineNumber;
    private long splits;

    LineReader(Utf8Reader reader, int maxLineChars) {
        this.reader = reader;
        this.maxLineChars = maxLineChars;
    }

    /** The next line or part of one, without its end, or null at the end of the text. */
    @Nullable
    String next() {
        if (line.length() == 0 && !fill()) {
            return null;
        }
        terminated = false;
        while (fill()) {
            int end = Math.min(limit, position + maxLineChars - line.length());
            int newline = indexOfNewline(position, end);
            line.append(buffer, position, (newline < 0 ? end : newline) - position);
            position = newline < 0 ? end : newline + 1;
            if (newline >= 0) {
                return endLine();
            }
            if (line.length() >= maxLineChars && fill()) {
                if (buffer[position] == '\n') {
                    position++;
                    return endLine();
                }
                return split();
            }
        }
        lineNumber++;
        return take(line.length());
    }

    /** Whether a line end followed what {@link #next} returned; false for a part of a line and an unfinished last one. */
    boolean terminated() {
        return terminated;
    }

    /** Number of the line just ended, from 1. */
    long lineNumber() {
        return lineNumber;
    }

    /** How often a line was cut at the limit so far. */
    long splits() {
        return splits;
    }

    private String endLine() {
        lineNumber++;
        terminated = true;
        int length = line.length();
        boolean carriageReturn = length > 0 && line.charAt(length - 1) == '\r';
        line.setLength(carriageReturn ? length - 1 : length);
        return take(line.length());
    }

    private String split() {
        splits++;
        int cut = line.length();
        while (cut > maxLineChars - maxLineChars / 4 && !Character.isWhitespace(line.charAt(cut - 1))) {
            cut--;
        }
        if (!Character.isWhitespace(line.charAt(cut - 1))) {
            cut = Character.isHighSurrogate(line.charAt(line.length() - 1)) ? line.length() - 1 : line.length();
        }
        return take(cut);
    }

    private String take(int length) {
        String text = line.substring(0, length);
        line.delete(0, length);
        return text;
    }

    private int indexOfNewline(int from, int to) {
        for (int i = from; i < to; i++) {
            if (buffer[i] == '\n') {
                return i;
            }
        }
        return -1;
    }

    private boolean fill() {
        if (position < limit) {
            return true;
        }
        limit = Math.max(reader.read(buffer), 0);
        position = 0;
        return limit > 0;
    }

    @Override
    public void close() {
        reader.close();
    }
}
