package io.transformer4j.tokenizers.trainers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.transformer4j.progress.ProgressListener;
import io.transformer4j.tokenizers.SharedFolder;
import io.transformer4j.tokenizers.Tokenizer;
import io.transformer4j.tokenizers.models.Bpe;
import io.transformer4j.tokenizers.models.WordPiece;
import io.transformer4j.tokenizers.text.TokenizerException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TrainerTest {

    private static final List<String> LINES =
            Stream.generate(new RandomText(42)).limit(2_000).toList();

    @Test
    void byteLevelBpeIsTheVocabularyOfHuggingFace() {
        Path folder = SharedFolder.resolve("oracles/tokenizers");
        Tokenizer expected = Tokenizer.load(folder.resolve("bpe_gpt2"));

        Tokenizer trained = BpeTrainer.builder()
                .vocabSize(expected.vocabSize())
                .build()
                .train(List.of(folder.resolve("corpus.txt")), ProgressListener.NONE);

        assertThat(((Bpe) trained.model()).merges()).isEqualTo(((Bpe) expected.model()).merges());
        assertThat(trained.model().vocabulary().toMap())
                .isEqualTo(expected.model().vocabulary().toMap());
    }

    /** The peer numbers continuing pieces in the order of a hash map, so among equally common pairs its choice varies from run to run. */
    @Test
    void wordPieceIsNearlyTheVocabularyOfHuggingFace() {
        Path folder = SharedFolder.resolve("oracles/tokenizers");
        Tokenizer expected = Tokenizer.load(folder.resolve("wordpiece_uncased"));

        Tokenizer trained = WordPieceTrainer.builder()
                .vocabSize(expected.vocabSize())
                .build()
                .train(List.of(folder.resolve("corpus.txt")), ProgressListener.NONE);

        HashSet<String> common =
                new HashSet<>(trained.model().vocabulary().toMap().keySet());
        common.retainAll(expected.model().vocabulary().toMap().keySet());
        assertThat(trained.vocabSize()).isEqualTo(expected.vocabSize());
        assertThat(common).hasSizeGreaterThan(expected.vocabSize() * 97 / 100);
    }

    @Test
    void threadsAndOrderDontMatter() {
        List<String> shuffled = new ArrayList<>(LINES);
        Collections.shuffle(shuffled, new Random(1));

        Tokenizer one = WordPieceTrainer.builder()
                .vocabSize(500)
                .threads(1)
                .build()
                .train(LINES.stream(), ProgressListener.NONE);
        Tokenizer four = WordPieceTrainer.builder()
                .vocabSize(500)
                .threads(4)
                .build()
                .train(shuffled.stream(), ProgressListener.NONE);

        assertThat(four.model().vocabulary().tokens())
                .isEqualTo(one.model().vocabulary().tokens());
    }

    @Test
    void filesAndStreamsGiveTheSame(@TempDir Path folder) throws IOException {
        Path file = folder.resolve("text.txt");
        Files.write(file, LINES);

        Tokenizer fromFile = BpeTrainer.builder().vocabSize(400).build().train(List.of(file), ProgressListener.NONE);
        Tokenizer fromStream = BpeTrainer.builder()
                .vocabSize(400)
                .build()
                .train(LINES.stream().map(line -> line + "\n"), ProgressListener.NONE);

        assertThat(((Bpe) fromFile.model()).merges()).isEqualTo(((Bpe) fromStream.model()).merges());
    }

    @Test
    void settingsAreKept() {
        Tokenizer tokenizer = WordPieceTrainer.builder()
                .vocabSize(300)
                .specialTokens(List.of("[UNK]", "[X]"))
                .continuingSubwordPrefix("@@")
                .maxInputCharsPerWord(7)
                .limitAlphabet(3)
                .lowercase(false)
                .build()
                .train(Stream.of("aab aab aab abab c d e Q"), ProgressListener.NONE);

        WordPiece model = (WordPiece) tokenizer.model();
        assertThat(model.maxInputCharsPerWord()).isEqualTo(7);
        assertThat(model.vocabulary().tokens())
                .startsWith("[UNK]", "[X]", "Q", "a", "b")
                .contains("@@ab", "aab");
        assertThat(tokenizer.encode("aab ababab").tokens()).containsExactly("aab", "a", "@@b", "@@ab", "@@ab");
        assertThat(tokenizer.encode("aabaabaab").tokens()).containsExactly("[UNK]");
    }

    @Test
    void lowerCaseKeepsAccentsWhereAskedTo() {
        Tokenizer bpe = BpeTrainer.builder()
                .vocabSize(300)
                .lowercase(true)
                .build()
                .train(Stream.of("Äpfel und Öl", "äpfel UND öl"), ProgressListener.NONE);
        assertThat(bpe.decode(bpe.encodeToIds("Äpfel UND Öl", false), false)).isEqualTo("äpfel und öl");
        assertThat(bpe.encodeToIds("ÄPFEL", false))
                .isEqualTo(bpe.encodeToIds("äpfel", false))
                .hasSizeLessThan(6);

        Tokenizer wordPiece = WordPieceTrainer.builder()
                .vocabSize(300)
                .minFrequency(1)
                .stripAccents(false)
                .build()
                .train(Stream.of("Äpfel und Öl"), ProgressListener.NONE);
        assertThat(wordPiece.encode("ÄPFEL").tokens()).contains("äpfel");
    }

    @Test
    void emptyTextAndBadSettingsAreClearErrors() {
        assertThatThrownBy(() -> BpeTrainer.builder().build().train(Stream.of("", ""), ProgressListener.NONE))
                .isInstanceOf(TokenizerException.class)
                .hasMessageContaining("nothing to train on");
        assertThatThrownBy(() -> BpeTrainer.builder().vocabSize(0).build())
                .hasMessage("vocab_size must be at least 2, is 0");
        assertThatThrownBy(() ->
                        BpeTrainer.builder().build().train(List.of(Path.of("missing.txt")), ProgressListener.NONE))
                .isInstanceOf(TokenizerException.class)
                .hasMessageContaining("missing.txt");
    }
}
