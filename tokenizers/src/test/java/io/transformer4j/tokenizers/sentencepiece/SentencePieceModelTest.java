package io.transformer4j.tokenizers.sentencepiece;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.transformer4j.tokenizers.SentencePieceTokenizers;
import io.transformer4j.tokenizers.Tokenizer;
import io.transformer4j.tokenizers.text.TokenizerException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Model files written here byte by byte, as {@code sentencepiece_model.proto} has them. */
class SentencePieceModelTest {

    @TempDir
    Path folder;

    @Test
    void unigramModelBecomesATokenizer() throws IOException {
        ByteArrayOutputStream model = new ByteArrayOutputStream();
        piece(model, "<unk>", 0, 2);
        piece(model, "</s>", 0, 3);
        piece(model, "▁a", -1, 1);
        piece(model, "b", -2, 1);
        piece(model, "▁", -3, 1);
        piece(model, "bb", -2.5f, 1);
        piece(model, "<x>", 0, 4);
        message(model, 3, rules(Map.of("B", "b", "\u3000", " ")));

        Tokenizer tokenizer = SentencePieceTokenizers.of(SentencePieceModel.read(write(model)));

        assertThat(tokenizer.encode("aBb  a\u3000 ").tokens()).containsExactly("▁a", "bb", "▁a");
        assertThat(tokenizer.encode("azz<x>b").ids()).containsExactly(2, 0, 6, 4, 3);
        assertThat(tokenizer.decode(new int[] {2, 5, 2, 1}, true)).isEqualTo("abb a");
        tokenizer.save(folder.resolve("saved"));
        assertThat(Tokenizer.load(folder.resolve("saved")).encode("aBb　a").ids())
                .isEqualTo(tokenizer.encode("abb a").ids());
    }

    @Test
    void writtenFilesAreReadBack() throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        piece(bytes, "<unk>", 0, 2);
        piece(bytes, "▁中", -1.25f, 1);
        message(bytes, 3, rules(Map.of("B", "b")));
        SentencePieceModel model = SentencePieceModel.read(write(bytes));

        Path written = Files.write(folder.resolve("written.spm"), model.toBytes());

        assertThat(SentencePieceModel.read(written)).isEqualTo(model);
    }

    /** Two models, one vocabulary that lacks a piece of each and has its own order. */
    @Test
    void marianFolder() throws IOException {
        ByteArrayOutputStream source = new ByteArrayOutputStream();
        piece(source, "<unk>", 0, 2);
        piece(source, "<s>", 0, 3);
        piece(source, "▁a", -1, 1);
        piece(source, "▁ab", -1.5f, 1); // not in the vocabulary
        piece(source, "b", -3, 1);
        piece(source, "▁", -3.5f, 1);
        message(source, 3, rules(Map.of("Bx", "b", "B", "q", "\u3000", " ")));
        ByteArrayOutputStream target = new ByteArrayOutputStream();
        piece(target, "<unk>", 0, 2);
        piece(target, "▁", -3, 1);
        piece(target, "ab", -2, 1);
        Files.write(folder.resolve("source.spm"), source.toByteArray());
        Files.write(folder.resolve("target.spm"), target.toByteArray());
        Files.writeString(
                folder.resolve("vocab.json"),
                "{'</s>': 0, '<unk>': 1, 'b': 2, '▁a': 3, '▁': 4, 'ab': 5, 'z': 6, '>>deu<<': 7, '<pad>': 8}"
                        .replace('\'', '"'));
        Tokenizer loaded = Tokenizer.load(folder);
        loaded.save(folder.resolve("saved"));

        for (Tokenizer tokenizer : List.of(loaded, Tokenizer.load(folder.resolve("saved")))) {
            assertThat(tokenizer.encode("abb  a\u3000 ").ids())
                    .as("piece not in vocab.json")
                    .containsExactly(1, 2, 3, 0);
            assertThat(tokenizer.encode("aBx").ids()).as("longest rule").containsExactly(1, 0);
            assertThat(tokenizer.encode("z").ids())
                    .as("known to vocab.json alone")
                    .containsExactly(4, 6, 0);
            assertThat(tokenizer.encode("zz</s> a").ids()).containsExactly(4, 1, 0, 3, 0);
            assertThat(tokenizer.encode(">>deu<< a").ids()).containsExactly(7, 3, 0);
            assertThat(tokenizer.encode("<s>").ids())
                    .as("control pieces are text")
                    .containsExactly(4, 1, 0);
            assertThat(tokenizer.forTargets().encode("ab").ids()).containsExactly(4, 5, 0);
            assertThat(tokenizer.decode(new int[] {4, 5, 3, 2, 0, 8}, true)).isEqualTo("ab ab");
            assertThat(tokenizer.vocabSize()).isEqualTo(9);
            assertThat(tokenizer.padTokenId()).hasValue(8);
            assertThat(tokenizer.eosTokenId()).hasValue(0);
        }
        Files.writeString(folder.resolve("vocab.json"), "{\"a\": 0}");
        assertThatThrownBy(() -> Tokenizer.load(folder))
                .isInstanceOf(TokenizerException.class)
                .hasMessageContaining("the vocabulary must hold the");
    }

    @Test
    void t5Folder() throws IOException {
        ByteArrayOutputStream model = new ByteArrayOutputStream();
        piece(model, "<pad>", 0, 3);
        piece(model, "</s>", 0, 3);
        piece(model, "<unk>", 0, 2);
        piece(model, "▁a", -1, 1);
        piece(model, "b", -2, 1);
        piece(model, "▁", -3, 1);
        Files.write(folder.resolve("spiece.model"), model.toByteArray());
        Files.writeString(folder.resolve("config.json"), "{\"model_type\": \"t5\"}");

        Tokenizer tokenizer = Tokenizer.load(folder);

        assertThat(tokenizer.vocabSize()).isEqualTo(106);
        assertThat(tokenizer.encode("<extra_id_0> ab\n\tb <extra_id_99>").ids()).containsExactly(105, 3, 4, 5, 4, 6, 1);
        assertThat(tokenizer.encode("a", "b").ids()).containsExactly(3, 1, 5, 4, 1);
        assertThat(tokenizer.decode(new int[] {105, 3, 4, 1}, true)).isEqualTo("ab");
        tokenizer.save(folder.resolve("saved"));
        assertThat(Tokenizer.load(folder.resolve("saved"))
                        .encode("ab <extra_id_3>")
                        .ids())
                .isEqualTo(tokenizer.encode("ab <extra_id_3>").ids());
        Files.writeString(folder.resolve("tokenizer_config.json"), "{\"extra_ids\": 0}");
        assertThat(Tokenizer.load(folder).vocabSize()).isEqualTo(6);
    }

    @Test
    void bpeModelMergesByScore() throws IOException {
        ByteArrayOutputStream model = new ByteArrayOutputStream();
        String[] pieces = {"<unk>", "▁a", "ab", "▁ab", "▁", "a", "b"};
        for (int id = 0; id < pieces.length; id++) {
            piece(model, pieces[id], -id, id == 0 ? 2 : 1);
        }
        message(model, 2, new byte[] {3 << 3, 2}); // model_type = BPE

        Tokenizer tokenizer = SentencePieceTokenizers.of(SentencePieceModel.read(write(model)));

        assertThat(tokenizer.encode("ab bab").tokens()).containsExactly("▁ab", "▁", "b", "ab");
    }

    @Test
    void brokenFilesAreClearErrors() throws IOException {
        Path file = Files.write(folder.resolve("broken.model"), new byte[] {(1 << 3) | 2, 100, 1});
        assertThatThrownBy(() -> SentencePieceModel.read(file))
                .isInstanceOf(TokenizerException.class)
                .hasMessageContaining(
                        "broken.model: not a SentencePiece model: a field of 100 bytes goes beyond the end");
        Path empty = Files.write(folder.resolve("empty.model"), new byte[0]);
        assertThatThrownBy(() -> SentencePieceModel.read(empty)).hasMessageContaining("it has no pieces");
    }

    private Path write(ByteArrayOutputStream model) throws IOException {
        return Files.write(folder.resolve("test.model"), model.toByteArray());
    }

    private static void piece(ByteArrayOutputStream model, String text, float score, int type) {
        ByteArrayOutputStream piece = new ByteArrayOutputStream();
        message(piece, 1, text.getBytes(StandardCharsets.UTF_8));
        piece.write((2 << 3) | 5);
        piece.writeBytes(littleEndian(Float.floatToIntBits(score)));
        piece.write(3 << 3);
        piece.write(type);
        message(model, 1, piece.toByteArray());
    }

    private static void message(ByteArrayOutputStream out, int field, byte[] content) {
        out.write((field << 3) | 2);
        int length = content.length;
        for (; length > 0x7F; length >>>= 7) {
            out.write((length & 0x7F) | 0x80);
        }
        out.write(length);
        out.writeBytes(content);
    }

    private static byte[] littleEndian(int value) {
        return ByteBuffer.allocate(4)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putInt(value)
                .array();
    }

    /** Normalization rules: a Darts double array in which every node's children lie at an offset of their own. */
    private static byte[] rules(Map<String, String> replacements) {
        TreeMap<String, Integer> nodes = new TreeMap<>(Map.of("", 0)); // key so far in Latin-1 to its cell
        int[] units = new int[1 << 16];
        ByteArrayOutputStream texts = new ByteArrayOutputStream();
        int nextOffset = 1;
        for (Map.Entry<String, String> rule : new TreeMap<>(replacements).entrySet()) {
            String key = new String(rule.getKey().getBytes(StandardCharsets.UTF_8), StandardCharsets.ISO_8859_1);
            for (int i = 0; i <= key.length(); i++) {
                int cell = nodes.get(key.substring(0, i));
                if (units[cell] >>> 10 == 0) {
                    units[cell] |= (nextOffset++ * 0x100) << 10;
                }
                int children = cell ^ (units[cell] >>> 10);
                if (i == key.length()) {
                    units[cell] |= 0x100;
                    units[children] = 0x80000000 | texts.size();
                } else {
                    int child = children ^ key.charAt(i);
                    units[child] |= key.charAt(i);
                    nodes.put(key.substring(0, i + 1), child);
                }
            }
            texts.writeBytes(rule.getValue().getBytes(StandardCharsets.UTF_8));
            texts.write(0);
        }
        ByteBuffer blob =
                ByteBuffer.allocate(4 + 4 * units.length + texts.size()).order(ByteOrder.LITTLE_ENDIAN);
        blob.putInt(4 * units.length);
        for (int unit : units) {
            blob.putInt(unit);
        }
        blob.put(texts.toByteArray());
        ByteArrayOutputStream spec = new ByteArrayOutputStream();
        message(spec, 2, blob.array());
        return spec.toByteArray();
    }
}
