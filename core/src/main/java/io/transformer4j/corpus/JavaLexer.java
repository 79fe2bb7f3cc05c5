package io.transformer4j.corpus;

import java.util.ArrayList;
import java.util.List;

/**
 * Cuts Java source into comments, literals, words and symbols (Java Language Specification, chapter 3): enough to find the Javadoc
 * comments and what follows them, without mistaking a string for a comment.
 *
 * <p>Never fails: an unfinished comment or text block extends to the end of the source, an unfinished string to the end of its line.
 */
final class JavaLexer {

    /** What a piece of source is. */
    enum Kind {
        /** From {@code /**} to {@code *}{@code /}. */
        JAVADOC,
        /** Any other comment. */
        COMMENT,
        /** A string, text block or character. */
        LITERAL,
        /** Identifier, keyword or number. */
        WORD,
        /** One character of anything else. */
        SYMBOL
    }

    /**
     * A piece of source.
     *
     * @param start index of its first character
     * @param end index after its last character
     */
    record Token(Kind kind, int start, int end) {
        String text(String source) {
            return source.substring(start, end);
        }
    }

    private final String source;
    private int position;

    private JavaLexer(String source) {
        this.source = source;
    }

    /** All tokens in order; white space is between them. */
    static List<Token> tokenize(String source) {
        JavaLexer lexer = new JavaLexer(source);
        List<Token> tokens = new ArrayList<>();
        while (lexer.skipWhitespace()) {
            int start = lexer.position;
            Kind kind = lexer.advance();
            tokens.add(new Token(kind, start, lexer.position));
        }
        return tokens;
    }

    private boolean skipWhitespace() {
        while (position < source.length() && Character.isWhitespace(source.charAt(position))) {
            position++;
        }
        return position < source.length();
    }

    private Kind advance() {
        char first = source.charAt(position);
        if (source.startsWith("/*", position)) {
            // "/**/" is an empty ordinary comment
            boolean javadoc = source.startsWith("/**", position) && !source.startsWith("/**/", position);
            moveAfter("*/", position + 2);
            return javadoc ? Kind.JAVADOC : Kind.COMMENT;
        }
        if (source.startsWith("//", position)) {
            moveTo(source.indexOf('\n', position));
            return Kind.COMMENT;
        }
        if (source.startsWith("\"\"\"", position)) {
            position += 3;
            skipQuoted("\"\"\"", true);
            return Kind.LITERAL;
        }
        if (first == '"' || first == '\'') {
            position++;
            skipQuoted(String.valueOf(first), false);
            return Kind.LITERAL;
        }
        if (Character.isJavaIdentifierPart(first)) {
            while (position < source.length() && Character.isJavaIdentifierPart(source.charAt(position))) {
                position++;
            }
            return Kind.WORD;
        }
        position++;
        return Kind.SYMBOL;
    }

    private void skipQuoted(String quote, boolean multiline) {
        while (position < source.length()) {
            char c = source.charAt(position);
            if (source.startsWith(quote, position)) {
                position += quote.length();
                return;
            }
            if (c == '\n' && !multiline) {
                return;
            }
            position += c == '\\' ? 2 : 1;
        }
        position = source.length();
    }

    private void moveAfter(String end, int from) {
        int index = source.indexOf(end, from);
        position = index < 0 ? source.length() : index + end.length();
    }

    private void moveTo(int index) {
        position = index < 0 ? source.length() : index;
    }
}
