package io.transformer4j.models;

import static io.transformer4j.models.PretrainedConfig.check;

import io.transformer4j.checkpoint.CheckpointException;
import io.transformer4j.checkpoint.CheckpointReader;
import io.transformer4j.checkpoint.ConfigJson;
import io.transformer4j.checkpoint.SafetensorsFile;
import io.transformer4j.checkpoint.SafetensorsWriter;
import io.transformer4j.hub.HubException;
import io.transformer4j.hub.ModelResolver;
import io.transformer4j.nn.Linear;
import io.transformer4j.nn.LowRankUpdate;
import io.transformer4j.nn.Module;
import io.transformer4j.nn.Parameter;
import io.transformer4j.torch.TensorScope;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.bytedeco.pytorch.Generator;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.jspecify.annotations.Nullable;

/**
 * Low-rank updates of some of a model's linear maps (LoRA; Hu et al. 2021), the only weights that are trained besides a new head. Stored as
 * PEFT stores them: {@code adapter_config.json} and {@code adapter_model.safetensors}, in which the update of {@code
 * encoder.layer.0.attention.self.query} is {@code base_model.model.encoder.layer.0.attention.self.query.lora_A.weight [rank, inputs]} and
 * {@code lora_B.weight [outputs, rank]}. Maps that are one product here, such as queries, keys and values, have an update each.
 */
public final class LoraAdapter {
    /** File with the settings. */
    public static final String CONFIG_NAME = "adapter_config.json";

    /** File with the weights. */
    public static final String WEIGHTS_NAME = "adapter_model.safetensors";

    private static final String PREFIX = "base_model.model.";
    private static final String DOWN = ".lora_A.weight";
    private static final String UP = ".lora_B.weight";
    private static final String WEIGHT = ".weight";
    private static final String HEAD = "head.";

    private final PretrainedModel model;
    private final LoraConfig config;
    private final String base;
    private final Map<String, LowRankUpdate> updates;
    private final Set<String> savedKeys;

    private LoraAdapter(
            PretrainedModel model,
            LoraConfig config,
            String base,
            Map<String, LowRankUpdate> updates,
            Set<String> savedKeys) {
        this.model = model;
        this.config = config;
        this.base = base;
        this.updates = updates;
        this.savedKeys = savedKeys;
    }

    /**
     * A linear map as Hugging Face knows it.
     *
     * @param module its path there
     * @param linear what computes it here
     * @param outputs of {@code linear} which are its own
     */
    private record Target(String module, Linear linear, LowRankUpdate.Range outputs, boolean ofHead) {}

    /** All linear maps, in the order of the checkpoint and with those of one product in that of its outputs. */
    private static List<Target> targets(PretrainedModel model) {
        Map<String, Linear> linears = new LinkedHashMap<>();
        model.paths().forEach((module, path) -> {
            if (module instanceof Linear linear) {
                linears.put(path + WEIGHT, linear);
            }
        });
        List<Target> targets = new ArrayList<>();
        for (WeightMap.Entry entry : model.weightMap().entries()) {
            Linear linear = linears.get(entry.parameter());
            if (linear != null) {
                // Of a transposed weight rows are columns there; those are never stacked.
                long[] rows = entry.rows(linear.weight().shape()[0]);
                long first = 0;
                for (int i = 0; i < rows.length; i++) {
                    String module = entry.keys().get(i).replaceAll("\\.weight$", "");
                    LowRankUpdate.Range outputs = new LowRankUpdate.Range(first, first + rows[i]);
                    targets.add(new Target(
                            module, linear, outputs, entry.parameter().startsWith(HEAD)));
                    first += rows[i];
                }
            }
        }
        return targets;
    }

    /**
     * Gives a model an adapter that changes nothing yet, and freezes all other weights but, if it is new, the head.
     *
     * @param model with weights
     * @param base where the model's weights are from, for those who load the adapter
     * @param newHead whether the head is to be trained and stored too
     * @param seed of the updates' random parts
     * @throws IllegalArgumentException if a target is none of the model's linear maps, or the model has an adapter
     */
    public static LoraAdapter attach(
            PretrainedModel model, LoraConfig config, String base, boolean newHead, long seed) {
        check(model.adapter().isEmpty(), "the model has an adapter already: merge it first");
        List<Target> chosen = choose(model, config.targetModules());
        List<String> names = config.targetModules().isEmpty() ? calledIn(chosen) : config.targetModules();
        LoraConfig complete = new LoraConfig(config.rank(), config.alpha(), config.dropout(), names);
        Set<String> saved = model.weightMap().entries().stream()
                .filter(entry -> newHead && entry.parameter().startsWith(HEAD))
                .flatMap(entry -> entry.keys().stream())
                .collect(Collectors.toCollection(LinkedHashSet::new));
        LoraAdapter adapter = new LoraAdapter(
                model,
                complete,
                base,
                build(chosen, target -> config.rank(), config.alpha() / config.rank(), config.dropout()),
                saved);
        try (TensorScope scope = new TensorScope()) {
            Generator generator = torch.createCPUGenerator(seed);
            adapter.parameters().forEach(parameter -> parameter.initialize(model.device(), generator));
        }
        adapter.freezeOthers(newHead);
        model.setAdapter(adapter);
        return adapter;
    }

    private static List<Target> choose(PretrainedModel model, List<String> names) {
        List<Target> all = targets(model);
        List<Target> ofBody = all.stream().filter(target -> !target.ofHead()).toList();
        if (names.isEmpty()) {
            List<Target> chosen = queriesAndValues(model, ofBody);
            check(!chosen.isEmpty(), "the model has no attention to adapt: name its linear maps");
            return chosen;
        }
        if (names.equals(List.of(LoraConfig.ALL_LINEAR))) {
            return ofBody;
        }
        for (String name : names) {
            check(
                    ofBody.stream().anyMatch(target -> isCalled(target, name)),
                    "the adapter's target %s is none of the model's linear maps, which are %s",
                    name,
                    String.join(", ", calledIn(ofBody)));
        }
        return ofBody.stream()
                .filter(target -> names.stream().anyMatch(name -> isCalled(target, name)))
                .toList();
    }

    /** First and last part of each product of queries, keys and values; the whole where the checkpoint has it in one. */
    private static List<Target> queriesAndValues(PretrainedModel model, List<Target> targets) {
        Map<Linear, List<Target>> parts = new LinkedHashMap<>();
        Map<Module, String> paths = model.paths();
        targets.stream()
                .filter(target -> lastPart(paths.get(target.linear())).equals("queryKeyValue"))
                .forEach(target -> parts.computeIfAbsent(target.linear(), linear -> new ArrayList<>())
                        .add(target));
        return parts.values().stream()
                .flatMap(of -> of.stream().filter(target -> of.size() == 1 || !target.equals(of.get(1))))
                .toList();
    }

    private static boolean isCalled(Target target, String name) {
        return target.module().equals(name) || target.module().endsWith("." + name);
    }

    /** What the targets are called in their layers. */
    private static List<String> calledIn(List<Target> targets) {
        return targets.stream()
                .map(target -> lastPart(target.module()))
                .distinct()
                .sorted()
                .toList();
    }

    private static String lastPart(String path) {
        return path.substring(path.lastIndexOf('.') + 1);
    }

    /** Puts updates into the linear maps; by the names of modules. */
    private static Map<String, LowRankUpdate> build(
            List<Target> targets, Function<Target, Integer> rank, double scale, double dropout) {
        Map<String, LowRankUpdate> updates = new LinkedHashMap<>();
        Map<Linear, List<LowRankUpdate>> byLinear = new LinkedHashMap<>();
        for (Target target : targets) {
            long inputs = target.linear().weight().shape()[1];
            LowRankUpdate update = new LowRankUpdate(inputs, target.outputs(), rank.apply(target), scale, dropout);
            updates.put(target.module(), update);
            byLinear.computeIfAbsent(target.linear(), linear -> new ArrayList<>())
                    .add(update);
        }
        byLinear.forEach(Linear::setUpdates);
        return updates;
    }

    private void freezeOthers(boolean newHead) {
        model.namedParameters().forEach((name, parameter) -> parameter.setTrainable(newHead && name.startsWith(HEAD)));
        parameters().forEach(parameter -> parameter.setTrainable(true));
    }

    private List<Parameter> parameters() {
        return updates.values().stream()
                .flatMap(update -> List.of(update.down(), update.up()).stream())
                .toList();
    }

    /** Gives {@code replica}, which has no weights yet, updates in the same places. */
    static void copyStructure(PretrainedModel original, PretrainedModel replica) {
        if (original.adapter().isEmpty()) {
            return;
        }
        List<Linear> from = linears(original);
        List<Linear> to = linears(replica);
        for (int i = 0; i < from.size(); i++) {
            to.get(i).setUpdatesLike(from.get(i));
        }
    }

    /** Those of the model itself, without those inside of updates. */
    private static List<Linear> linears(PretrainedModel model) {
        List<Linear> linears = new ArrayList<>();
        Set<Module> inside = model.modules().stream()
                .filter(LowRankUpdate.class::isInstance)
                .flatMap(update -> update.modules().stream())
                .collect(Collectors.toSet());
        for (Module module : model.modules()) {
            if (module instanceof Linear linear && !inside.contains(linear)) {
                linears.add(linear);
            }
        }
        return linears;
    }

    /** The settings, with the modules that were chosen. */
    public LoraConfig config() {
        return config;
    }

    /** Adds all updates to the weights: the model computes the same without an adapter, and can be saved whole. */
    public void merge() {
        linears(model).forEach(Linear::mergeUpdates);
        model.setAdapter(null);
    }

    /**
     * Writes the adapter's two files.
     *
     * @param values other values for some of the parameters, by their names in the model
     */
    public void save(Map<String, Tensor> values, Path folder) {
        try (TensorScope scope = new TensorScope();
                NoGradGuard guard = new NoGradGuard()) {
            Map<Parameter, Tensor> replaced = new LinkedHashMap<>();
            model.namedParameters().forEach((name, parameter) -> {
                if (values.containsKey(name)) {
                    replaced.put(parameter, values.get(name));
                }
            });
            Map<String, Tensor> tensors = new LinkedHashMap<>();
            updates.forEach((module, update) -> {
                tensors.put(PREFIX + module + DOWN, onCpu(update.down(), replaced));
                tensors.put(PREFIX + module + UP, onCpu(update.up(), replaced));
            });
            Map<String, Tensor> whole = new LinkedHashMap<>();
            model.namedParameters().forEach((name, parameter) -> {
                if (name.startsWith(HEAD) && !savedKeys.isEmpty()) {
                    whole.put(name, onCpu(parameter, replaced));
                }
            });
            model.weightMap().toCheckpoint(whole).forEach((key, tensor) -> tensors.put(PREFIX + key, tensor));
            SafetensorsWriter.write(folder.resolve(WEIGHTS_NAME), tensors);
        }
        ConfigJson.write(folder.resolve(CONFIG_NAME), settings());
    }

    private static Tensor onCpu(Parameter parameter, Map<Parameter, Tensor> replaced) {
        return replaced.getOrDefault(parameter, parameter.tensor()).detach().cpu();
    }

    /** As PEFT writes them. */
    private Map<String, Object> settings() {
        Map<String, Object> settings = new LinkedHashMap<>();
        settings.put("peft_type", "LORA");
        settings.put("task_type", taskType(model.architecture()));
        settings.put("base_model_name_or_path", base);
        settings.put("r", config.rank());
        settings.put("lora_alpha", whole(config.alpha()));
        settings.put("lora_dropout", config.dropout());
        settings.put(
                "target_modules",
                config.targetModules().equals(List.of(LoraConfig.ALL_LINEAR))
                        ? LoraConfig.ALL_LINEAR
                        : config.targetModules());
        settings.put(
                "modules_to_save",
                savedKeys.isEmpty()
                        ? null
                        : new TreeSet<>(savedKeys.stream()
                                .map(key -> key.substring(0, key.lastIndexOf('.')))
                                .toList()));
        settings.put("bias", "none");
        settings.put("fan_in_fan_out", model.weightMap().entries().stream().anyMatch(entry -> entry.transposed()));
        settings.put("inference_mode", true);
        settings.put("init_lora_weights", true);
        settings.put("use_rslora", false);
        settings.put("use_dora", false);
        return settings;
    }

    /** PEFT has integers where it can. */
    private static Number whole(double value) {
        long rounded = Math.round(value);
        if ((double) rounded == value) {
            return rounded;
        }
        return value;
    }

    private static @Nullable String taskType(String architecture) {
        Map<String, String> types = Map.of(
                "ForSequenceClassification", "SEQ_CLS",
                "ForTokenClassification", "TOKEN_CLS",
                "ForQuestionAnswering", "QUESTION_ANS",
                "ForCausalLM", "CAUSAL_LM",
                "LMHeadModel", "CAUSAL_LM",
                "ForConditionalGeneration", "SEQ_2_SEQ_LM",
                "MTModel", "SEQ_2_SEQ_LM");
        return types.entrySet().stream()
                .filter(type -> architecture.endsWith(type.getKey()))
                .map(Map.Entry::getValue)
                .findFirst()
                .orElse(architecture.endsWith("Model") ? "FEATURE_EXTRACTION" : null);
    }

    /** Whether a folder has an adapter instead of a whole model's weights. */
    public static boolean isAdapter(Path folder) {
        return Files.exists(folder.resolve(CONFIG_NAME))
                && !Files.exists(folder.resolve(CheckpointReader.WEIGHTS_NAME))
                && !Files.exists(folder.resolve(CheckpointReader.INDEX_NAME));
    }

    /** Removes an adapter's files from a folder, if they are there. */
    public static void delete(Path folder) {
        try {
            Files.deleteIfExists(folder.resolve(CONFIG_NAME));
            Files.deleteIfExists(folder.resolve(WEIGHTS_NAME));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * The folder of the model that an adapter was made for: a path, absolute or from the adapter's folder, or a name of the hub.
     *
     * @throws CheckpointException if there is none
     */
    public static Path baseFolder(Path folder) {
        Path file = folder.resolve(CONFIG_NAME);
        if (!(ConfigJson.readTree(file).get("base_model_name_or_path") instanceof String name) || name.isBlank()) {
            throw new CheckpointException(file, "doesn't say which model the adapter is for (base_model_name_or_path)");
        }
        try {
            for (Path place : List.of(folder.resolve(name), Path.of(name))) {
                if (Files.isDirectory(place)) {
                    return place;
                }
            }
            return ModelResolver.standard().resolve(name);
        } catch (HubException | InvalidPathException e) {
            throw new CheckpointException(
                    file, "is for the model " + name + ", which can't be found: " + e.getMessage(), e);
        }
    }

    /**
     * Gives a model the adapter of a folder, frozen.
     *
     * @param model with the weights of the model that the adapter is for
     * @return the keys of whole weights that came with the adapter
     * @throws CheckpointException if the adapter is of a kind that isn't supported, or doesn't fit the model
     */
    static Set<String> load(PretrainedModel model, Path folder) {
        Path file = folder.resolve(CONFIG_NAME);
        Map<String, Object> settings = ConfigJson.readTree(file);
        requireSupported(file, settings);
        try (SafetensorsFile weights = SafetensorsFile.open(folder.resolve(WEIGHTS_NAME))) {
            Map<String, String> names = names(model, weights);
            List<Target> chosen = targets(model).stream()
                    .filter(target -> names.containsKey(target.module() + DOWN))
                    .toList();
            double alpha = number(file, settings, "lora_alpha");
            Function<Target, Integer> rank = target -> Math.toIntExact(
                    weights.info(names.get(target.module() + DOWN)).shape().get(0));
            Set<Integer> ranks = chosen.stream().map(rank).collect(Collectors.toSet());
            if (ranks.size() != 1) {
                throw new CheckpointException(
                        folder,
                        chosen.isEmpty()
                                ? "has no update of any map of a " + model.architecture()
                                : "has updates of several ranks, which are not supported");
            }
            int only = ranks.iterator().next();
            boolean byRoot = Boolean.TRUE.equals(settings.get("use_rslora"));
            Set<String> saved = savedKeys(model, names);
            LoraConfig config = new LoraConfig(
                    only,
                    byRoot ? alpha * Math.sqrt(only) : alpha, // Kalajdzievski 2023: divided by the root of the rank
                    settings.get("lora_dropout") instanceof Number dropout ? dropout.doubleValue() : 0,
                    calledIn(chosen));
            LoraAdapter adapter = new LoraAdapter(
                    model,
                    config,
                    String.valueOf(settings.get("base_model_name_or_path")),
                    build(chosen, rank, config.alpha() / only, config.dropout()),
                    saved);
            adapter.parameters().forEach(parameter -> parameter.allocate(model.device()));
            adapter.fill(weights, names);
            model.namedParameters().values().forEach(parameter -> parameter.setTrainable(false));
            model.setAdapter(adapter);
            return saved;
        }
    }

    private static void requireSupported(Path file, Map<String, Object> settings) {
        if (!"LORA".equals(settings.get("peft_type"))) {
            throw new CheckpointException(
                    file, "has peft_type " + settings.get("peft_type") + ", but only LORA is supported");
        }
        Map<String, Object> plain = new LinkedHashMap<>();
        plain.put("use_dora", false);
        plain.put("lora_bias", false);
        plain.put("bias", "none");
        plain.put("alpha_pattern", Map.of());
        plain.put("layer_replication", null);
        plain.put("trainable_token_indices", null);
        plain.put("target_parameters", null);
        plain.forEach((key, value) -> {
            Object given = settings.get(key);
            if (given != null && !given.equals(value) && !given.equals(List.of())) {
                throw new CheckpointException(file, "asks for " + key + " " + given + ", which is not supported");
            }
        });
    }

    private static double number(Path file, Map<String, Object> settings, String key) {
        if (settings.get(key) instanceof Number value) {
            return value.doubleValue();
        }
        throw new CheckpointException(file, key + " must be a number, but is " + settings.get(key));
    }

    /** The file's names by those that the model uses: a bare model's have no prefix, those below a head may. */
    private static Map<String, String> names(PretrainedModel model, SafetensorsFile weights) {
        String prefix = model.baseModelPrefix();
        boolean wanted = model.weightMap().keys().stream().anyMatch(key -> key.startsWith(prefix));
        Map<String, String> names = new LinkedHashMap<>();
        boolean prefixed = weights.names().stream().anyMatch(name -> name.startsWith(PREFIX + prefix));
        for (String name : weights.names()) {
            String key = name.startsWith(PREFIX) ? name.substring(PREFIX.length()) : name;
            names.put(WeightLoader.moved(key.replace(".modules_to_save.", "."), prefix, wanted, prefixed), name);
        }
        return names;
    }

    /** Weights that are stored whole; the rest must be updates. */
    private static Set<String> savedKeys(PretrainedModel model, Map<String, String> names) {
        Set<String> known = new LinkedHashSet<>(model.weightMap().keys());
        known.retainAll(names.keySet());
        return known;
    }

    private void fill(SafetensorsFile weights, Map<String, String> names) {
        Set<String> unused = new TreeSet<>(names.keySet());
        updates.forEach((module, update) -> {
            copy(weights, names, module + DOWN, update.down().tensor(), unused);
            copy(weights, names, module + UP, update.up().tensor(), unused);
        });
        try (TensorScope scope = new TensorScope()) {
            Map<String, Tensor> values = new LinkedHashMap<>();
            model.namedParameters().forEach((name, parameter) -> values.put(name, parameter.tensor()));
            Map<String, Tensor> stored = model.weightMap().toCheckpoint(values);
            savedKeys.forEach(key -> copy(weights, names, key, stored.get(key), unused));
        }
        boolean bare = model instanceof BareModel;
        List<String> strange =
                unused.stream().filter(name -> !bare || name.contains(".lora_")).toList();
        if (!strange.isEmpty()) {
            throw new CheckpointException(
                    weights.path(),
                    "holds " + String.join(", ", strange) + ", which have no place in a " + model.architecture());
        }
    }

    private static void copy(
            SafetensorsFile weights, Map<String, String> names, String key, Tensor target, Set<String> unused) {
        String name = names.get(key);
        if (name == null) {
            throw new CheckpointException(weights.path(), "lacks " + PREFIX + key);
        }
        List<Long> shape = weights.info(name).shape();
        List<Long> required = new ArrayList<>();
        for (long size : target.sizes().vec().get()) {
            required.add(size);
        }
        if (!shape.equals(required)) {
            throw new CheckpointException(
                    weights.path(), name + " has shape " + shape + ", but the model requires " + required);
        }
        weights.copyTo(name, target.detach());
        unused.remove(key);
    }

    /** Reads the weights of this adapter again, from a folder to which it was saved. */
    void restore(Path folder) {
        try (SafetensorsFile weights = SafetensorsFile.open(folder.resolve(WEIGHTS_NAME))) {
            fill(weights, names(model, weights));
        }
    }
}
