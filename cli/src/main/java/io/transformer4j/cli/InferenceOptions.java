package io.transformer4j.cli;

import io.transformer4j.pipelines.PipelineOptions;
import io.transformer4j.quantization.Quantization;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.TypeConversionException;

/** Mixin of a subcommand that uses a model without training it: where and how it computes, its weights in 8 bits or not. */
final class InferenceOptions {
    @Mixin
    final ComputeOptions compute = new ComputeOptions();

    @Option(
            names = "--quantization",
            paramLabel = "NAME",
            defaultValue = "none",
            converter = Converter.class,
            description =
                    "none, int8 (weights in 8 bits) or int8-dynamic (activations too: fastest); CPU only (default:"
                            + " ${DEFAULT-VALUE}).")
    private Quantization quantization = Quantization.NONE;

    private static final class Converter implements ITypeConverter<Quantization> {
        @Override
        public Quantization convert(String value) {
            try {
                return Quantization.parse(value);
            } catch (IllegalArgumentException e) {
                throw new TypeConversionException(e.getMessage());
            }
        }
    }

    /** These options for a pipeline. */
    PipelineOptions pipeline(boolean truncation) {
        return compute.pipeline(truncation, quantization);
    }

    /** The seed. */
    long seed() {
        return compute.seed();
    }
}
