package io.transformer4j.tokenizers.text;

/** Takes words one by one. */
@FunctionalInterface
public interface WordSink {

    /** The word {@code chars[offset, offset + length)}; the array is only lent for the call. */
    void accept(char[] chars, int offset, int length);
}
