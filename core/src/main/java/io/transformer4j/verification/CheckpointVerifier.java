package io.transformer4j.verification;

import io.transformer4j.checkpoint.CheckpointException;
import io.transformer4j.checkpoint.ConfigJson;
import io.transformer4j.models.PretrainedModel;
import io.transformer4j.models.auto.Models;
import io.transformer4j.torch.Devices;
import io.transformer4j.torch.TensorScope;
import io.transformer4j.torch.TorchException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;

/**
 * Runs a checkpoint on reference cases and compares all that comes out: hidden states and logits, the loss, every
 * parameter's gradient, generated tokens and their scores, and, where a reference run exists, ten training steps.
 *
 * <p>Outputs agree within 1e-4 of the largest expected value at tokens that aren't padding; gradients within 1e-3; ids
 * exactly.
 */
public final class CheckpointVerifier {
    /** Sibling of the verified folder that holds the reference runs, one {@code NAME.safetensors} each. */
    private static final String TRAINING_FOLDER = "training";

    private final Path folder;
    private final List<Check> checks = new ArrayList<>();
    private final List<String> problems = new ArrayList<>();

    private CheckpointVerifier(Path folder) {
        this.folder = folder;
    }

    /**
     * Verifies one folder on the CPU in float32. Whatever goes wrong is in the report: no exception comes out of a broken
     * folder.
     */
    public static VerificationReport verify(Path folder) {
        return new CheckpointVerifier(folder).run();
    }

    private VerificationReport run() {
        String architecture = "";
        try (References references = References.open(folder)) {
            architecture = references.architecture();
            Map<String, Object> config = ConfigJson.readTree(folder.resolve(Models.CONFIG_NAME));
            try (PretrainedModel model = load(architecture, config)) {
                for (JsonNode spec : references.cases()) {
                    verify(new ReferenceCase(spec, model, config), model, references);
                }
                GenerationComparison.of(model, references, config).addTo(checks, problems);
            }
            Path trajectory = trajectory(references);
            if (Files.exists(trajectory)) {
                try (PretrainedModel model = load(architecture, config)) {
                    checks.addAll(TrajectoryComparison.run(model, references, config, trajectory));
                }
            }
        } catch (CheckpointException | IllegalArgumentException | JacksonException e) {
            problems.add(Objects.requireNonNullElse(e.getMessage(), e.toString()));
        }
        return new VerificationReport(folder, architecture, checks, problems);
    }

    /** The class that the references name, or the family's only one where {@code config.json} doesn't speak of classes. */
    private PretrainedModel load(String architecture, Map<String, Object> config) {
        return config.containsKey("architectures")
                ? Models.load(folder, architecture, Devices.cpu())
                : Models.load(folder, Devices.cpu());
    }

    private void verify(ReferenceCase reference, PretrainedModel model, References references) {
        model.train(reference.trainMode());
        try (TensorScope scope = new TensorScope()) {
            checks.addAll(new CaseComparison(reference, model, references).compare());
        } catch (IllegalArgumentException e) {
            problems.add("case " + reference.name() + ": " + e.getMessage());
        } catch (RuntimeException e) {
            RuntimeException translated = TorchException.translate(e);
            if (!(translated instanceof TorchException)) {
                throw translated;
            }
            problems.add("case " + reference.name() + ": " + translated.getMessage());
        } finally {
            model.train(false);
        }
    }

    private static Path trajectory(References references) {
        String name = references.folder().getFileName().toString();
        return references.folder().resolveSibling(TRAINING_FOLDER).resolve(name + ".safetensors");
    }
}
