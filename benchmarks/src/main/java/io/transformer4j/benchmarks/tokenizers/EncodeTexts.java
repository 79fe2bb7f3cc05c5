package io.transformer4j.benchmarks.tokenizers;

import io.transformer4j.tokenizers.Encoding;
import io.transformer4j.tokenizers.Tokenizer;
import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * Encodes texts for {@code parity.py}: reads length-prefixed UTF-8, writes for each text the number of tokens, then their ids, starts and
 * ends in code points, and the decoded text's bytes with their length; all integers big-endian.
 */
public final class EncodeTexts {

    private EncodeTexts() {}

    /**
     * Arguments: tokenizer, input, output; then perhaps {@code targets} for the tokenizer of a translation model's targets, and {@code
     * skip-special-tokens} for decoding without them.
     */
    public static void main(String[] args) throws IOException {
        Tokenizer loaded = Tokenizer.load(Path.of(args[0]));
        List<String> flags = List.of(args).subList(3, args.length);
        Tokenizer tokenizer = flags.contains("targets") ? loaded.forTargets() : loaded;
        boolean skipSpecialTokens = flags.contains("skip-special-tokens");
        try (DataInputStream in = new DataInputStream(new BufferedInputStream(Files.newInputStream(Path.of(args[1]))));
                DataOutputStream out = new DataOutputStream(
                        new BufferedOutputStream(Files.newOutputStream(Path.of(args[2])), 1 << 20))) {
            while (true) {
                byte[] utf8 = new byte[in.readInt()];
                in.readFully(utf8);
                write(tokenizer, new String(utf8, StandardCharsets.UTF_8), skipSpecialTokens, out);
            }
        } catch (EOFException end) {
            return; // all texts read
        }
    }

    private static void write(Tokenizer tokenizer, String text, boolean skipSpecialTokens, DataOutputStream out)
            throws IOException {
        Encoding encoding = tokenizer.encode(text);
        int[][] offsets = encoding.codePointOffsets();
        out.writeInt(encoding.length());
        for (int id : encoding.ids()) {
            out.writeInt(id);
        }
        for (int end = 0; end < 2; end++) {
            for (int[] offset : offsets) {
                out.writeInt(offset[end]);
            }
        }
        byte[] decoded = tokenizer
                .decode(tokenizer.encodeToIds(text, false), skipSpecialTokens)
                .getBytes(StandardCharsets.UTF_8);
        out.writeInt(decoded.length);
        out.write(decoded);
    }
}
