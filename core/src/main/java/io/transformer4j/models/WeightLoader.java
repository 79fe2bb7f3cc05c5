package io.transformer4j.models;

import io.transformer4j.checkpoint.CheckpointException;
import io.transformer4j.checkpoint.CheckpointReader;
import io.transformer4j.checkpoint.SafetensorsDtype;
import io.transformer4j.nn.Parameter;
import io.transformer4j.torch.TensorScope;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.bytedeco.pytorch.Device;
import org.bytedeco.pytorch.Generator;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.bytedeco.pytorch.global.torch.ScalarType;

/** Fills a model from a checkpoint, and says by name what doesn't fit. */
public final class WeightLoader {
    /** Tables that old versions of HF stored and that follow from the configuration. */
    private static final Pattern BUFFER = Pattern.compile(
            "(.*\\.)?(embeddings\\.position_ids|attn\\.(attention\\.)?(bias|masked_bias)|rotary_emb\\.inv_freq)");

    /** Matrices below this are put together at once: one product is faster than several small ones. */
    private static final long LARGE_BYTES = 2 << 20;

    private final PretrainedModel model;
    private final WeightMap weights;
    private final CheckpointReader checkpoint;
    /** The names in the checkpoint by today's names. */
    private final Map<String, String> names = new LinkedHashMap<>();

    private WeightLoader(PretrainedModel model, CheckpointReader checkpoint) {
        this.model = model;
        this.weights = model.weightMap();
        this.checkpoint = checkpoint;
        nameTensors();
    }

    /**
     * What didn't fit though the load went on.
     *
     * @param initialized parameters that the checkpoint lacks, and that got fresh values
     * @param ignored tensors of the checkpoint that the model has no use for
     */
    public record Report(List<String> initialized, List<String> ignored) {}

    /**
     * Loads all weights.
     *
     * @throws CheckpointException if a weight is missing or has another shape than the configuration requires; all such
     *     weights are named
     */
    public static Report load(PretrainedModel model, Path folder, Device device) {
        return load(model, folder, device, false, 0);
    }

    /**
     * {@code model}, or one with or without the parts that a checkpoint may have or lack, as this one does.
     *
     * @param model without weights
     */
    public static PretrainedModel fitted(PretrainedModel model, Path folder) {
        PretrainedModel larger = model.withOptionalParts();
        PretrainedModel smaller = larger.withoutOptionalParts();
        if (smaller == larger) {
            return model;
        }
        try (CheckpointReader checkpoint = CheckpointReader.open(folder)) {
            WeightLoader loader = new WeightLoader(larger, checkpoint);
            Set<String> kept = new HashSet<>(smaller.weightMap().keys());
            return loader.weights.keys().stream()
                            .filter(key -> !kept.contains(key))
                            .noneMatch(loader.names::containsKey)
                    ? smaller
                    : larger;
        }
    }

    /**
     * Loads what the checkpoint has, and initializes the rest from {@code seed}: for a new head on a pre-trained encoder.
     *
     * @throws CheckpointException if a weight has another shape than the configuration requires
     */
    public static Report loadPartly(PretrainedModel model, Path folder, Device device, long seed) {
        return load(model, folder, device, true, seed);
    }

    /** Loads all weights again, into a model that has some already, where they are. */
    public static void restore(PretrainedModel model, Path folder) {
        if (model.adapter().isPresent()) {
            model.adapter().get().restore(folder);
            return;
        }
        load(model, folder, model.device(), false, 0);
    }

    /**
     * Loads the model that an adapter is for, and gives it the adapter of {@code folder}.
     *
     * @throws CheckpointException if a weight is missing from both, or has another shape than the configuration requires
     */
    public static Report loadWithAdapter(PretrainedModel model, Path base, Path folder, Device device) {
        Report report = load(model, base, device, true, 0);
        Set<String> missing = new TreeSet<>(report.initialized());
        missing.removeAll(LoraAdapter.load(model, folder));
        if (!missing.isEmpty()) {
            throw new CheckpointException(
                    base, "lacks " + String.join(", ", missing) + ", and so does the adapter " + folder);
        }
        return new Report(List.of(), report.ignored());
    }

    private static Report load(PretrainedModel model, Path folder, Device device, boolean partly, long seed) {
        try (CheckpointReader checkpoint = CheckpointReader.open(folder)) {
            WeightLoader loader = new WeightLoader(model, checkpoint);
            List<WeightMap.Entry> entries = loader.weights.entries();
            List<String> missing = entries.stream()
                    .flatMap(entry -> entry.keys().stream())
                    .filter(key -> !loader.names.containsKey(key))
                    .toList();
            loader.check(entries, partly ? List.of() : missing);
            loader.initialize(entries, new HashSet<>(missing), seed, device);
            loader.fill(entries, device);
            loader.keepUnread();
            model.placeOn(device);
            return new Report(missing, loader.unexpected());
        }
    }

    /** Brings old spellings and the base model's prefix into the form that the model's table uses. */
    private void nameTensors() {
        Set<String> keys = new HashSet<>(weights.keys());
        String prefix = model.baseModelPrefix();
        boolean wanted = keys.stream().anyMatch(key -> key.startsWith(prefix));
        boolean prefixed = checkpoint.names().stream().anyMatch(name -> name.startsWith(prefix));
        for (String name : checkpoint.names()) {
            String current = modernized(name);
            if (keys.contains(current) || weights.tied().containsKey(current)) {
                names.put(current, name);
            } else if (!BUFFER.matcher(name).matches()) {
                names.put(moved(current, prefix, wanted, prefixed), name);
            }
        }
        weights.tied().forEach((alias, key) -> {
            String stored = names.remove(alias);
            if (stored != null) {
                names.putIfAbsent(key, stored);
            }
        });
    }

    /** What TensorFlow called the parts of a norm, and old BERT checkpoints still do. */
    private static String modernized(String name) {
        return name.endsWith("LayerNorm.gamma")
                ? withEnd(name, "gamma", "weight")
                : name.endsWith("LayerNorm.beta") ? withEnd(name, "beta", "bias") : name;
    }

    private static String withEnd(String name, String end, String other) {
        return name.substring(0, name.length() - end.length()) + other;
    }

    /** A name that isn't the model's own, with or without the base model's prefix as the model has it. */
    static String moved(String name, String prefix, boolean wanted, boolean prefixed) {
        if (wanted && !prefixed) {
            return prefix + name;
        }
        return !wanted && prefixed && name.startsWith(prefix) ? name.substring(prefix.length()) : name;
    }

    private void check(List<WeightMap.Entry> entries, List<String> missing) {
        List<String> problems = new ArrayList<>();
        List<String> absent = new ArrayList<>();
        Map<String, Parameter> parameters = model.namedParameters();
        for (WeightMap.Entry entry : entries) {
            for (int i = 0; i < entry.keys().size(); i++) {
                String key = entry.keys().get(i);
                long[] required = storedShape(entry, i, parameters.get(entry.parameter()));
                if (names.containsKey(key)) {
                    long[] shape = checkpoint.info(names.get(key)).shape().stream()
                            .mapToLong(Long::longValue)
                            .toArray();
                    if (!Arrays.equals(shape, required)) {
                        problems.add(names.get(key) + " has shape " + Arrays.toString(shape)
                                + ", but config.json requires " + Arrays.toString(required));
                    }
                } else if (missing.contains(key)) {
                    absent.add(key + " " + Arrays.toString(required));
                }
            }
        }
        if (!absent.isEmpty()) {
            problems.add(0, "lacks " + String.join(", ", absent));
        }
        if (!problems.isEmpty()) {
            String unknown = unexpected().stream()
                    .map(name -> name + " " + checkpoint.info(names.get(name)).shape())
                    .collect(Collectors.joining(", "));
            if (!unknown.isEmpty()) {
                problems.add("has " + unknown + ", which this model has no use for");
            }
            throw new CheckpointException(
                    checkpoint.path(), String.join("; ", problems) + " (" + model.architecture() + ")");
        }
    }

    /** Tensors of the checkpoint that the model has no use for. */
    private List<String> unexpected() {
        Set<String> known = new HashSet<>(weights.keys());
        known.addAll(weights.unread());
        return names.keySet().stream().filter(name -> !known.contains(name)).toList();
    }

    private static long[] storedShape(WeightMap.Entry entry, int part, Parameter parameter) {
        long[] shape = parameter.shape();
        if (entry.transposed()) {
            return new long[] {shape[1], shape[0]};
        }
        shape[0] = entry.rows(shape[0])[part];
        return shape;
    }

    /** Draws values for the parameters that the checkpoint lacks, and for no others. */
    private void initialize(List<WeightMap.Entry> entries, Set<String> missing, long seed, Device device) {
        if (missing.isEmpty()) {
            return;
        }
        Map<String, Parameter> parameters = model.namedParameters();
        try (TensorScope scope = new TensorScope()) {
            Generator generator = torch.createCPUGenerator(seed);
            for (WeightMap.Entry entry : entries) {
                if (!Collections.disjoint(entry.keys(), missing)) {
                    parameters.get(entry.parameter()).initialize(device, generator);
                }
            }
        }
    }

    /**
     * Float32 weights stay in the file: they cost no copy, are read when first used, and are shared with other processes until they
     * are trained. The others are copied.
     */
    private void fill(List<WeightMap.Entry> entries, Device device) {
        Map<String, Parameter> parameters = model.namedParameters();
        for (WeightMap.Entry entry : entries) {
            if (names.keySet().containsAll(entry.keys())) {
                try (TensorScope scope = new TensorScope()) {
                    fill(parameters.get(entry.parameter()), entry, device);
                }
            }
        }
    }

    private void keepUnread() {
        Map<String, Tensor> kept = new LinkedHashMap<>();
        for (String key : weights.unread()) {
            String name = names.get(key);
            if (name != null) {
                try (TensorScope scope = new TensorScope()) {
                    kept.put(
                            key,
                            TensorScope.retain(checkpoint
                                    .tensor(name)
                                    .toType(ScalarType.Float)
                                    .clone()));
                }
            }
        }
        model.setUnreadWeights(kept);
    }

    private void fill(Parameter parameter, WeightMap.Entry entry, Device device) {
        boolean mapped = !parameter.hasValues() // which replicas may share
                && device.is_cpu()
                && entry.keys().stream().allMatch(this::isFloat);
        boolean asItIs = entry.keys().size() == 1 && !entry.transposed();
        if (mapped && asItIs) {
            parameter.take(tensor(entry.keys().get(0)));
        } else if (mapped && isLargeMatrix(parameter)) {
            parameter.takeStored(entry.keys().stream()
                    .map(key -> entry.transposed() ? tensor(key).t() : tensor(key))
                    .toList());
        } else {
            parameter.allocate(device);
            copy(entry, parameter.tensor().detach());
        }
    }

    private boolean isFloat(String key) {
        String name = names.get(key);
        return checkpoint.info(name).dtype() == SafetensorsDtype.F32 && checkpoint.isAligned(name);
    }

    private static boolean isLargeMatrix(Parameter parameter) {
        return parameter.shape().length == 2 && parameter.numel() * Float.BYTES >= LARGE_BYTES;
    }

    private Tensor tensor(String key) {
        return checkpoint.tensor(names.get(key));
    }

    private void copy(WeightMap.Entry entry, Tensor values) {
        List<Tensor> parts = entry.stored(values);
        for (int i = 0; i < parts.size(); i++) {
            checkpoint.copyTo(names.get(entry.keys().get(i)), parts.get(i));
        }
    }
}
