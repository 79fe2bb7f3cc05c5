package io.transformer4j.hub;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;

/**
 * Which files of a repository are wanted.
 *
 * @param names of files, matched as a whole
 * @param weights whether the weights are wanted too: {@code model.safetensors}, or an index and the shards that it names
 */
public record FileSelection(Pattern names, boolean weights) {
    static final String WEIGHTS = "model.safetensors";
    static final String INDEX = "model.safetensors.index.json";

    private static final String CONFIG_NAMES = "config\\.json|generation_config\\.json";
    private static final String TOKENIZER_NAMES = "config\\.json|tokenizer\\.json|tokenizer_config\\.json"
            + "|special_tokens_map\\.json|vocab\\.txt|vocab\\.json|merges\\.txt|source\\.spm|target\\.spm|target_vocab\\.json"
            + "|spiece\\.model";
    private static final String SENTENCE_NAMES = "modules\\.json|sentence_bert_config\\.json|\\d+_\\w+/config\\.json";

    /** Only what says which model it is. */
    public static final FileSelection CONFIG = new FileSelection(Pattern.compile(CONFIG_NAMES), false);

    /** Only what its tokenizer needs. */
    public static final FileSelection TOKENIZER = new FileSelection(Pattern.compile(TOKENIZER_NAMES), false);

    /** All that loading and using a model needs: configuration, weights, tokenizer, pooling. */
    public static final FileSelection MODEL =
            new FileSelection(Pattern.compile(CONFIG_NAMES + "|" + TOKENIZER_NAMES + "|" + SENTENCE_NAMES), true);

    /** This selection and further files by their exact names. */
    public FileSelection and(String... further) {
        StringBuilder all = new StringBuilder(names.pattern());
        for (String name : further) {
            all.append('|').append(Pattern.quote(name));
        }
        return new FileSelection(Pattern.compile(all.toString()), weights);
    }

    /**
     * The wanted ones among the files of a repository, without shards, which only the index knows.
     *
     * @throws HubException if weights are wanted but there are none that are safe to read
     */
    Set<String> choose(RepositoryId repository, Collection<String> files) {
        Set<String> chosen = new TreeSet<>();
        files.stream().filter(name -> names.matcher(name).matches()).forEach(chosen::add);
        if (weights) {
            if (files.contains(WEIGHTS)) {
                chosen.add(WEIGHTS);
            } else if (files.contains(INDEX)) {
                chosen.add(INDEX);
            } else {
                throw noWeights(repository, files);
            }
        }
        return chosen;
    }

    /** Whether a snapshot in the cache has what can't be done without. */
    boolean isSatisfiedBy(Path snapshot) {
        if (!weights) {
            return has(snapshot, "config.json") || has(snapshot, "tokenizer.json");
        }
        if (!has(snapshot, "config.json")) {
            return false;
        }
        return has(snapshot, WEIGHTS)
                || (has(snapshot, INDEX)
                        && ShardNames.read(snapshot.resolve(INDEX)).stream().allMatch(shard -> has(snapshot, shard)));
    }

    private static boolean has(Path snapshot, String name) {
        return Files.isRegularFile(snapshot.resolve(name));
    }

    private static HubException noWeights(RepositoryId repository, Collection<String> files) {
        List<String> pickles = files.stream()
                .filter(name -> name.toLowerCase(Locale.ROOT).matches("[^/]*\\.(bin|pt|pth|ckpt|pkl)"))
                .sorted()
                .toList();
        if (pickles.isEmpty()) {
            return new HubException(
                    repository.name() + " has no weights that can be loaded: neither " + WEIGHTS + " nor " + INDEX);
        }
        String pickle = pickles.contains("pytorch_model.bin") ? "pytorch_model.bin" : pickles.get(0);
        return new HubException(repository.name() + " has only " + HubException.quoted(pickle)
                + ", a pickle, which can run code when it is read: look for a revision with " + WEIGHTS
                + " (refs/pr/N, under \"Community\" on its page), or, if you trust its source, convert it once with python3 -c"
                + " \"from transformers import AutoModel; AutoModel.from_pretrained('" + repository.name()
                + "').save_pretrained('converted')\" and the class of its head for AutoModel");
    }
}
