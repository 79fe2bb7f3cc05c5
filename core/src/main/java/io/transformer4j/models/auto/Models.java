package io.transformer4j.models.auto;

import io.transformer4j.checkpoint.AtomicFiles;
import io.transformer4j.checkpoint.CheckpointException;
import io.transformer4j.checkpoint.CheckpointWriter;
import io.transformer4j.checkpoint.ConfigJson;
import io.transformer4j.hub.ModelResolver;
import io.transformer4j.models.BareModel;
import io.transformer4j.models.CausalLanguageModel;
import io.transformer4j.models.LoraAdapter;
import io.transformer4j.models.PretrainedConfig;
import io.transformer4j.models.PretrainedModel;
import io.transformer4j.models.WeightLoader;
import io.transformer4j.models.bart.BartConfig;
import io.transformer4j.models.bart.BartForConditionalGeneration;
import io.transformer4j.models.bart.BartForQuestionAnswering;
import io.transformer4j.models.bart.BartForSequenceClassification;
import io.transformer4j.models.bart.BartModel;
import io.transformer4j.models.bert.BertConfig;
import io.transformer4j.models.bert.BertForMaskedLM;
import io.transformer4j.models.bert.BertForNextSentencePrediction;
import io.transformer4j.models.bert.BertForPreTraining;
import io.transformer4j.models.bert.BertForQuestionAnswering;
import io.transformer4j.models.bert.BertForSequenceClassification;
import io.transformer4j.models.bert.BertForTokenClassification;
import io.transformer4j.models.bert.BertModel;
import io.transformer4j.models.bigbird.BigBirdConfig;
import io.transformer4j.models.bigbird.BigBirdForMaskedLM;
import io.transformer4j.models.bigbird.BigBirdForPreTraining;
import io.transformer4j.models.bigbird.BigBirdForQuestionAnswering;
import io.transformer4j.models.bigbird.BigBirdForSequenceClassification;
import io.transformer4j.models.bigbird.BigBirdForTokenClassification;
import io.transformer4j.models.bigbird.BigBirdModel;
import io.transformer4j.models.distilbert.DistilBertConfig;
import io.transformer4j.models.distilbert.DistilBertForMaskedLM;
import io.transformer4j.models.distilbert.DistilBertForQuestionAnswering;
import io.transformer4j.models.distilbert.DistilBertForSequenceClassification;
import io.transformer4j.models.distilbert.DistilBertForTokenClassification;
import io.transformer4j.models.distilbert.DistilBertModel;
import io.transformer4j.models.encoder.EncoderModel;
import io.transformer4j.models.features.FeatureBasedModel;
import io.transformer4j.models.gpt2.GPT2Config;
import io.transformer4j.models.gpt2.GPT2ForQuestionAnswering;
import io.transformer4j.models.gpt2.GPT2ForSequenceClassification;
import io.transformer4j.models.gpt2.GPT2ForTokenClassification;
import io.transformer4j.models.gpt2.GPT2LMHeadModel;
import io.transformer4j.models.gpt2.GPT2Model;
import io.transformer4j.models.gptneo.GPTNeoConfig;
import io.transformer4j.models.gptneo.GPTNeoForCausalLM;
import io.transformer4j.models.gptneo.GPTNeoForQuestionAnswering;
import io.transformer4j.models.gptneo.GPTNeoForSequenceClassification;
import io.transformer4j.models.gptneo.GPTNeoForTokenClassification;
import io.transformer4j.models.gptneo.GPTNeoModel;
import io.transformer4j.models.llama.LlamaConfig;
import io.transformer4j.models.llama.LlamaForCausalLM;
import io.transformer4j.models.llama.LlamaForQuestionAnswering;
import io.transformer4j.models.llama.LlamaForSequenceClassification;
import io.transformer4j.models.llama.LlamaForTokenClassification;
import io.transformer4j.models.llama.LlamaModel;
import io.transformer4j.models.longformer.LongformerConfig;
import io.transformer4j.models.longformer.LongformerForMaskedLM;
import io.transformer4j.models.longformer.LongformerForQuestionAnswering;
import io.transformer4j.models.longformer.LongformerForSequenceClassification;
import io.transformer4j.models.longformer.LongformerForTokenClassification;
import io.transformer4j.models.longformer.LongformerModel;
import io.transformer4j.models.marian.MarianConfig;
import io.transformer4j.models.marian.MarianMTModel;
import io.transformer4j.models.marian.MarianModel;
import io.transformer4j.models.openaigpt.OpenAIGPTConfig;
import io.transformer4j.models.openaigpt.OpenAIGPTForSequenceClassification;
import io.transformer4j.models.openaigpt.OpenAIGPTLMHeadModel;
import io.transformer4j.models.openaigpt.OpenAIGPTModel;
import io.transformer4j.models.roberta.RobertaConfig;
import io.transformer4j.models.roberta.RobertaForMaskedLM;
import io.transformer4j.models.roberta.RobertaForQuestionAnswering;
import io.transformer4j.models.roberta.RobertaForSequenceClassification;
import io.transformer4j.models.roberta.RobertaForTokenClassification;
import io.transformer4j.models.roberta.RobertaModel;
import io.transformer4j.models.t5.T5Config;
import io.transformer4j.models.t5.T5EncoderModel;
import io.transformer4j.models.t5.T5ForConditionalGeneration;
import io.transformer4j.models.t5.T5ForQuestionAnswering;
import io.transformer4j.models.t5.T5ForSequenceClassification;
import io.transformer4j.models.t5.T5ForTokenClassification;
import io.transformer4j.models.t5.T5Model;
import io.transformer4j.models.transformer.TransformerConfig;
import io.transformer4j.models.transformer.TransformerForConditionalGeneration;
import io.transformer4j.torch.Devices;
import io.transformer4j.torch.TensorScope;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Supplier;
import org.bytedeco.pytorch.Device;
import org.bytedeco.pytorch.NoGradGuard;
import org.bytedeco.pytorch.Tensor;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Loads, saves and builds models of all supported families (HF's {@code AutoModel}). */
public final class Models {
    /** File with the architecture in a checkpoint folder. */
    public static final String CONFIG_NAME = "config.json";

    /** File with the settings of text generation in a checkpoint folder. */
    public static final String GENERATION_CONFIG_NAME = "generation_config.json";

    private static final String MODEL_CARD_NAME = "README.md";

    /** Keys that {@code generation_config.json} takes from {@code config.json} where there was none. */
    private static final List<String> GENERATION_KEYS =
            List.of("bos_token_id", "eos_token_id", "pad_token_id", "decoder_start_token_id", "forced_eos_token_id");

    private static final String FEATURE_BASED = FeatureBasedModel.class.getSimpleName();

    private static final Logger LOG = LoggerFactory.getLogger(Models.class);

    /**
     * The families by their {@code model_type}. Only the one that is asked for is made: loading the classes of all takes as long as
     * loading a model.
     */
    private static final Map<String, Supplier<Family<?>>> FAMILIES = families();

    /** What a {@code model_type} stands for: its defaults and the model class behind each architecture name. */
    private record Family<C extends PretrainedConfig>(
            C defaults, Class<C> configType, Map<String, Function<C, PretrainedModel>> architectures) {

        C config(Path file, Map<String, Object> tree) {
            C config = ConfigJson.bind(file, tree, configType, defaults);
            return checked(file, () -> {
                config.validate();
                return config;
            });
        }

        /** A configuration may turn out to be impossible only when it is used. */
        private static <T> T checked(Path file, Supplier<T> use) {
            try {
                return use.get();
            } catch (ArithmeticException e) {
                throw new CheckpointException(file, "has sizes too large to compute with", e);
            } catch (IllegalArgumentException e) {
                throw new CheckpointException(
                        file, String.valueOf(e.getMessage()).replaceAll("\\R", " "), e);
            }
        }

        PretrainedModel build(Path file, Map<String, Object> tree, String architecture) {
            Function<C, PretrainedModel> factory = architectures.get(architecture);
            if (architecture.equals(FEATURE_BASED)
                    && buildBare(file, tree).withoutOptionalParts() instanceof EncoderModel<?> encoder) {
                return new FeatureBasedModel<>(encoder, file);
            }
            if (factory == null) {
                throw new CheckpointException(
                        file,
                        "asks for architecture " + architecture + ", but model_type " + defaults.modelType() + " has "
                                + String.join(
                                        ", ",
                                        architectures.keySet().stream().sorted().toList()));
            }
            C config = config(file, tree);
            return checked(file, () -> factory.apply(config));
        }

        /** The model without head. */
        PretrainedModel buildBare(Path file, Map<String, Object> tree) {
            C config = config(file, tree);
            return checked(
                            file,
                            () -> architectures.values().stream()
                                    .map(factory -> factory.apply(config))
                                    .filter(BareModel.class::isInstance)
                                    .findFirst())
                    .orElseThrow(() -> new CheckpointException(
                            file, "has model_type " + defaults.modelType() + ", which has no model without head here"));
        }
    }

    private static Map<String, Supplier<Family<?>>> families() {
        Map<String, Supplier<Family<?>>> families = new LinkedHashMap<>();
        families.put(
                "bert",
                () -> new Family<>(
                        BertConfig.BASE,
                        BertConfig.class,
                        Map.of(
                                "BertModel", BertModel::new,
                                "BertForMaskedLM", BertForMaskedLM::new,
                                "BertForPreTraining", BertForPreTraining::new,
                                "BertForSequenceClassification", BertForSequenceClassification::new,
                                "BertForTokenClassification", BertForTokenClassification::new,
                                "BertForQuestionAnswering", BertForQuestionAnswering::new,
                                "BertForNextSentencePrediction", BertForNextSentencePrediction::new)));
        families.put(
                "distilbert",
                () -> new Family<>(
                        DistilBertConfig.BASE,
                        DistilBertConfig.class,
                        Map.of(
                                "DistilBertModel", DistilBertModel::new,
                                "DistilBertForMaskedLM", DistilBertForMaskedLM::new,
                                "DistilBertForSequenceClassification", DistilBertForSequenceClassification::new,
                                "DistilBertForTokenClassification", DistilBertForTokenClassification::new,
                                "DistilBertForQuestionAnswering", DistilBertForQuestionAnswering::new)));
        families.put(
                "roberta",
                () -> new Family<>(
                        RobertaConfig.BASE,
                        RobertaConfig.class,
                        Map.of(
                                "RobertaModel", RobertaModel::new,
                                "RobertaForMaskedLM", RobertaForMaskedLM::new,
                                "RobertaForSequenceClassification", RobertaForSequenceClassification::new,
                                "RobertaForTokenClassification", RobertaForTokenClassification::new,
                                "RobertaForQuestionAnswering", RobertaForQuestionAnswering::new)));
        families.put(
                "longformer",
                () -> new Family<>(
                        LongformerConfig.BASE,
                        LongformerConfig.class,
                        Map.of(
                                "LongformerModel", LongformerModel::new,
                                "LongformerForMaskedLM", LongformerForMaskedLM::new,
                                "LongformerForSequenceClassification", LongformerForSequenceClassification::new,
                                "LongformerForTokenClassification", LongformerForTokenClassification::new,
                                "LongformerForQuestionAnswering", LongformerForQuestionAnswering::new)));
        families.put(
                "big_bird",
                () -> new Family<>(
                        BigBirdConfig.BASE,
                        BigBirdConfig.class,
                        Map.of(
                                "BigBirdModel", BigBirdModel::new,
                                "BigBirdForMaskedLM", BigBirdForMaskedLM::new,
                                "BigBirdForSequenceClassification", BigBirdForSequenceClassification::new,
                                "BigBirdForPreTraining", BigBirdForPreTraining::new,
                                "BigBirdForTokenClassification", BigBirdForTokenClassification::new,
                                "BigBirdForQuestionAnswering", BigBirdForQuestionAnswering::new)));
        families.put(
                "openai-gpt",
                () -> new Family<>(
                        OpenAIGPTConfig.BASE,
                        OpenAIGPTConfig.class,
                        Map.of(
                                "OpenAIGPTModel", OpenAIGPTModel::new,
                                "OpenAIGPTLMHeadModel", OpenAIGPTLMHeadModel::new,
                                "OpenAIGPTForSequenceClassification", OpenAIGPTForSequenceClassification::new)));
        families.put(
                "gpt2",
                () -> new Family<>(
                        GPT2Config.SMALL,
                        GPT2Config.class,
                        Map.of(
                                "GPT2Model", GPT2Model::new,
                                "GPT2LMHeadModel", GPT2LMHeadModel::new,
                                "GPT2ForSequenceClassification", GPT2ForSequenceClassification::new,
                                "GPT2ForTokenClassification", GPT2ForTokenClassification::new,
                                "GPT2ForQuestionAnswering", GPT2ForQuestionAnswering::new)));
        families.put(
                "gpt_neo",
                () -> new Family<>(
                        GPTNeoConfig.LARGE,
                        GPTNeoConfig.class,
                        Map.of(
                                "GPTNeoModel", GPTNeoModel::new,
                                "GPTNeoForCausalLM", GPTNeoForCausalLM::new,
                                "GPTNeoForSequenceClassification", GPTNeoForSequenceClassification::new,
                                "GPTNeoForTokenClassification", GPTNeoForTokenClassification::new,
                                "GPTNeoForQuestionAnswering", GPTNeoForQuestionAnswering::new)));
        families.put(
                "llama",
                () -> new Family<>(
                        LlamaConfig.BASE,
                        LlamaConfig.class,
                        Map.of(
                                "LlamaModel", LlamaModel::new,
                                "LlamaForCausalLM", LlamaForCausalLM::new,
                                "LlamaForSequenceClassification", LlamaForSequenceClassification::new,
                                "LlamaForTokenClassification", LlamaForTokenClassification::new,
                                "LlamaForQuestionAnswering", LlamaForQuestionAnswering::new)));
        families.put(
                "transformer_2017",
                () -> new Family<>(
                        TransformerConfig.BASE,
                        TransformerConfig.class,
                        Map.of("TransformerForConditionalGeneration", TransformerForConditionalGeneration::new)));
        families.put(
                "bart",
                () -> new Family<>(
                        BartConfig.LARGE,
                        BartConfig.class,
                        Map.of(
                                "BartModel", BartModel::new,
                                "BartForConditionalGeneration", BartForConditionalGeneration::new,
                                "BartForSequenceClassification", BartForSequenceClassification::new,
                                "BartForQuestionAnswering", BartForQuestionAnswering::new)));
        families.put(
                "marian",
                () -> new Family<>(
                        MarianConfig.BIG,
                        MarianConfig.class,
                        Map.of("MarianModel", MarianModel::new, "MarianMTModel", MarianMTModel::new)));
        families.put(
                "t5",
                () -> new Family<>(
                        T5Config.SMALL,
                        T5Config.class,
                        Map.of(
                                "T5Model", T5Model::new,
                                "T5EncoderModel", T5EncoderModel::new,
                                "T5ForConditionalGeneration", T5ForConditionalGeneration::new,
                                "T5ForSequenceClassification", T5ForSequenceClassification::new,
                                "T5ForTokenClassification", T5ForTokenClassification::new,
                                "T5ForQuestionAnswering", T5ForQuestionAnswering::new)));
        return Collections.unmodifiableMap(families);
    }

    private Models() {}

    /**
     * Loads a checkpoint folder as the class that its {@code architectures} names. If the folder has an {@linkplain LoraAdapter adapter},
     * the model that it is for is loaded with it.
     *
     * @throws CheckpointException if the folder has no model of a supported family, or its weights don't fit
     */
    public static PretrainedModel load(Path folder, Device device) {
        Path file = configFile(folder);
        Map<String, Object> tree = ConfigJson.readTree(file);
        return load(folder, file, tree, architecture(file, tree), device);
    }

    /** What the file says, or the family's only one. */
    private static String architecture(Path file, Map<String, Object> tree) {
        if (tree.get("architectures") instanceof List<?> names && !names.isEmpty()) {
            return names.get(0).toString();
        }
        Set<String> known = family(file, tree).architectures().keySet();
        if (known.size() == 1) {
            return known.iterator().next();
        }
        throw new CheckpointException(file, "has no \"architectures\" that says which model it is");
    }

    /**
     * Loads a model by its path, built-in name or id of the hub ({@link ModelResolver#standard()}), as the class that its {@code
     * architectures} names, on the best device.
     *
     * @throws io.transformer4j.hub.HubException if there is no such model
     * @throws CheckpointException if it is none of a supported family
     */
    public static PretrainedModel load(String name) {
        return load(name, ModelResolver.standard(), Devices.parse("auto"));
    }

    /**
     * Loads a model by its path or by a name that {@code resolver} knows, as the class that its {@code architectures} names.
     *
     * @throws io.transformer4j.hub.HubException if there is no such model
     * @throws CheckpointException if it is none of a supported family
     */
    public static PretrainedModel load(String name, ModelResolver resolver, Device device) {
        return load(resolver.resolve(name), device);
    }

    /**
     * Loads a checkpoint folder as a given class, whatever head it was saved with; weights of other heads are left out.
     *
     * @throws CheckpointException if the folder's family has no such class, or a weight is missing or mis-shaped
     */
    public static <M extends PretrainedModel> M load(Path folder, Class<M> type, Device device) {
        Path file = configFile(folder);
        return type.cast(load(folder, file, ConfigJson.readTree(file), type.getSimpleName(), device));
    }

    /**
     * Loads a checkpoint folder as the class that HF calls {@code architecture}, whatever head it was saved with.
     *
     * @throws CheckpointException if the folder's family has no such class, or a weight is missing or mis-shaped
     */
    public static PretrainedModel load(Path folder, String architecture, Device device) {
        Path file = configFile(folder);
        return load(folder, file, ConfigJson.readTree(file), architecture, device);
    }

    /**
     * Loads a checkpoint folder without its head, whatever head it was saved with; the result is a {@link BareModel}.
     *
     * @throws CheckpointException if the folder has no model of a supported family, or its weights don't fit
     */
    public static PretrainedModel loadBare(Path folder, Device device) {
        Path file = configFile(folder);
        Map<String, Object> tree = ConfigJson.readTree(file);
        return load(folder, family(file, tree).buildBare(file, tree), device);
    }

    private static PretrainedModel load(
            Path folder, Path file, Map<String, Object> tree, String architecture, Device device) {
        return load(folder, family(file, tree).build(file, tree, architecture), device);
    }

    /** That of a folder; PEFT writes none beside an adapter, then the adapted model's is meant. */
    private static Path configFile(Path folder) {
        Path own = folder.resolve(CONFIG_NAME);
        return Files.exists(own) || !LoraAdapter.isAdapter(folder)
                ? own
                : LoraAdapter.baseFolder(folder).resolve(CONFIG_NAME);
    }

    private static PretrainedModel load(Path folder, PretrainedModel built, Device device) {
        boolean adapter = LoraAdapter.isAdapter(folder);
        Path weights = adapter ? LoraAdapter.baseFolder(folder) : folder;
        PretrainedModel model = WeightLoader.fitted(built, weights);
        try {
            WeightLoader.Report report = adapter
                    ? WeightLoader.loadWithAdapter(model, weights, folder, device)
                    : WeightLoader.load(model, folder, device);
            Path generation = folder.resolve(GENERATION_CONFIG_NAME);
            if (Files.exists(generation)) {
                model.setGenerationConfig(ConfigJson.readTree(generation));
            }
            if (!report.ignored().isEmpty()) {
                LOG.info("{}: not needed by {}: {}", folder, model.architecture(), String.join(", ", report.ignored()));
            }
            return model;
        } catch (RuntimeException e) {
            model.close();
            throw e;
        }
    }

    /**
     * Builds a model without weights.
     *
     * @param architecture HF's name of the class, or its ending behind the family's name, such as {@code
     *     ForSequenceClassification}
     * @param source for messages: where the tree comes from
     */
    public static PretrainedModel buildWithHead(Map<String, Object> tree, String architecture, Path source) {
        Family<?> family = family(source, tree);
        String name = family.architectures().keySet().stream()
                .filter(known -> known.endsWith(architecture))
                .findFirst()
                .orElse(architecture);
        return family.build(source, tree, name);
    }

    /**
     * Loads what a checkpoint folder has of a model with another configuration or head than it was saved with, and gives the rest,
     * such as a new head, its first values.
     *
     * @param tree stands for the folder's {@code config.json}
     * @param architecture as for {@link #buildWithHead}
     * @throws CheckpointException if the folder's family has no such class, or a weight is mis-shaped
     */
    public static PretrainedModel loadWithNewHead(
            Path folder, Map<String, Object> tree, String architecture, Device device, long seed) {
        if (LoraAdapter.isAdapter(folder)) {
            throw new CheckpointException(folder, "is an adapter: merge it into its model first (t4j merge-adapter)");
        }
        PretrainedModel model = buildWithHead(tree, architecture, folder.resolve(CONFIG_NAME));
        try {
            WeightLoader.Report report = WeightLoader.loadPartly(model, folder, device, seed);
            LOG.info(
                    "{}: new weights of {}: {}", folder, model.architecture(), String.join(", ", report.initialized()));
            return model;
        } catch (RuntimeException e) {
            model.close();
            throw e;
        }
    }

    /**
     * Builds a model without weights.
     *
     * @param tree what stands in a {@code config.json}; absent keys have the family's defaults
     * @param source for messages: where the tree comes from
     */
    public static PretrainedModel build(Map<String, Object> tree, String architecture, Path source) {
        return family(source, tree).build(source, tree, architecture);
    }

    /** Reads a {@code config.json}. */
    public static PretrainedConfig config(Path file) {
        return config(ConfigJson.readTree(file), file);
    }

    /**
     * A configuration of what stands in a {@code config.json}; absent keys have the family's defaults.
     *
     * @param source for messages: where the tree comes from
     * @throws CheckpointException if no supported family has such a configuration
     */
    public static PretrainedConfig config(Map<String, Object> tree, Path source) {
        return family(source, tree).config(source, tree);
    }

    /** The architectures that can be loaded, by HF's class names, in their families' order. */
    public static List<String> architectures() {
        return FAMILIES.values().stream()
                .flatMap(
                        family -> family.get().architectures().keySet().stream().sorted())
                .toList();
    }

    /** The {@code model_type} of an architecture's family. */
    public static Optional<String> modelType(String architecture) {
        return FAMILIES.keySet().stream()
                .filter(type -> FAMILIES.get(type).get().architectures().containsKey(architecture))
                .findFirst();
    }

    private static Family<?> family(Path file, Map<String, Object> tree) {
        Object type = tree.get("model_type");
        Supplier<Family<?>> family = FAMILIES.get(type);
        if (family != null) {
            return family.get();
        }
        throw new CheckpointException(
                file,
                (type == null ? "has no model_type" : "has model_type \"" + type + "\"") + "; supported are "
                        + String.join(", ", FAMILIES.keySet()));
    }

    /**
     * Writes a model in HF's layout into {@code folder}: {@code config.json}, {@code model.safetensors} (tied weights once),
     * {@code generation_config.json} if it writes text, and {@code README.md} unless there is one. A tokenizer saves its own
     * files beside them. Of a model with an {@linkplain LoraAdapter adapter} that is written instead of the weights.
     */
    public static void save(PretrainedModel model, Path folder) {
        save(model, Map.of(), folder);
    }

    /**
     * As {@link #save(PretrainedModel, Path)}, with other values for some of the weights.
     *
     * @param values by the names of the model's parameters
     */
    public static void save(PretrainedModel model, Map<String, Tensor> values, Path folder) {
        model.adapter()
                .ifPresentOrElse(adapter -> adapter.save(values, folder), () -> saveWeights(model, values, folder));
        Map<String, Object> tree = new LinkedHashMap<>(ConfigJson.tree(model.config()));
        tree.put("architectures", List.of(model.architecture()));
        tree.remove("torch_dtype"); // what the next key was called before transformers 5
        tree.put("dtype", "float32");
        ConfigJson.write(folder.resolve(CONFIG_NAME), tree);
        Map<String, Object> generation = generationConfig(model, tree);
        if (!generation.isEmpty()) {
            ConfigJson.write(folder.resolve(GENERATION_CONFIG_NAME), generation);
        }
        Path card = folder.resolve(MODEL_CARD_NAME);
        if (!Files.exists(card)) {
            AtomicFiles.writeString(card, ModelCard.text(model));
        }
    }

    /**
     * Adds a model's {@linkplain LoraAdapter adapter} to its weights and writes the whole model, in place of an adapter that may have been
     * saved in the same folder.
     */
    public static void saveMerged(PretrainedModel model, Path folder) {
        model.adapter().ifPresent(LoraAdapter::merge);
        save(model, folder);
        LoraAdapter.delete(folder);
    }

    private static void saveWeights(PretrainedModel model, Map<String, Tensor> values, Path folder) {
        try (TensorScope scope = new TensorScope();
                NoGradGuard guard = new NoGradGuard()) {
            Map<String, Tensor> weights = new LinkedHashMap<>();
            model.namedParameters()
                    .forEach((name, parameter) -> weights.put(
                            name,
                            values.getOrDefault(name, parameter.tensor())
                                    .detach()
                                    .cpu()));
            Map<String, Tensor> stored = model.weightMap().toCheckpoint(weights);
            stored.putAll(model.unreadWeights());
            CheckpointWriter.write(folder, stored);
        }
    }

    private static Map<String, Object> generationConfig(PretrainedModel model, Map<String, Object> config) {
        if (!model.generationConfig().isEmpty() || !(model instanceof CausalLanguageModel)) {
            return model.generationConfig();
        }
        Map<String, Object> generation = new LinkedHashMap<>();
        GENERATION_KEYS.stream()
                .filter(key -> config.get(key) != null)
                .forEach(key -> generation.put(key, config.get(key)));
        return generation;
    }
}
