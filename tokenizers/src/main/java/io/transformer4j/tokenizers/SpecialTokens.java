package io.transformer4j.tokenizers;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** Which token plays which special part, as {@code special_tokens_map.json} has it; null where there is none. */
public record SpecialTokens(
        @Nullable String unk,
        @Nullable String sep,
        @Nullable String pad,
        @Nullable String cls,
        @Nullable String mask,
        @Nullable String bos,
        @Nullable String eos) {

    /** Names that the tokens of well-known models have, by part. */
    private static final Map<String, List<String>> CUSTOMARY = Map.of(
            "unk", List.of("[UNK]", "<unk>", "<|endoftext|>"),
            "sep", List.of("[SEP]", "</s>"),
            "pad", List.of("[PAD]", "<pad>"),
            "cls", List.of("[CLS]", "<s>"),
            "mask", List.of("[MASK]", "<mask>"),
            "bos", List.of("<s>", "<|begin_of_text|>", "<bos>", "<|endoftext|>"),
            "eos", List.of("</s>", "<|end_of_text|>", "<eos>", "<|endoftext|>"));

    public static SpecialTokens none() {
        return new SpecialTokens(null, null, null, null, null, null, null);
    }

    /** Guesses the parts from the customary names among the special tokens that {@code exists} accepts. */
    static SpecialTokens guess(Predicate<String> exists) {
        return new SpecialTokens(
                first("unk", exists),
                first("sep", exists),
                first("pad", exists),
                first("cls", exists),
                first("mask", exists),
                first("bos", exists),
                first("eos", exists));
    }

    private static @Nullable String first(String role, Predicate<String> exists) {
        return CUSTOMARY.get(role).stream().filter(exists).findFirst().orElse(null);
    }

    /** Reads the keys {@code unk_token}, {@code sep_token} and so on; what isn't there is taken from {@code defaults}. */
    static SpecialTokens fromMap(Map<String, String> map, SpecialTokens defaults) {
        return new SpecialTokens(
                map.getOrDefault("unk_token", defaults.unk),
                map.getOrDefault("sep_token", defaults.sep),
                map.getOrDefault("pad_token", defaults.pad),
                map.getOrDefault("cls_token", defaults.cls),
                map.getOrDefault("mask_token", defaults.mask),
                map.getOrDefault("bos_token", defaults.bos),
                map.getOrDefault("eos_token", defaults.eos));
    }

    /** The keys of {@code special_tokens_map.json} with their tokens, without those that are null. */
    Map<String, String> toMap() {
        Map<String, String> map = new LinkedHashMap<>();
        putIfPresent(map, "bos_token", bos);
        putIfPresent(map, "cls_token", cls);
        putIfPresent(map, "eos_token", eos);
        putIfPresent(map, "mask_token", mask);
        putIfPresent(map, "pad_token", pad);
        putIfPresent(map, "sep_token", sep);
        putIfPresent(map, "unk_token", unk);
        return map;
    }

    private static void putIfPresent(Map<String, String> map, String key, @Nullable String token) {
        if (token != null) {
            map.put(key, token);
        }
    }

    static OptionalInt id(@Nullable String token, Tokenizer tokenizer) {
        return token == null ? OptionalInt.empty() : tokenizer.tokenToId(token);
    }
}
