package io.transformer4j.pipelines;

import io.soabase.recordbuilder.core.RecordBuilder;
import io.transformer4j.quantization.Quantization;
import io.transformer4j.torch.Precision;

/**
 * Where and how a pipeline computes.
 *
 * @param device {@code auto}, {@code cpu} or {@code cuda[:i]}
 * @param threads compute threads; 0 for one per processor
 * @param precision arithmetic of the products
 * @param quantization form of the weights
 * @param truncation whether texts that are longer than the model's positions (or its {@code max_seq_length}, if it makes vectors of
 *     sentences) are cut; otherwise texts beyond the positions are an error
 */
@RecordBuilder
public record PipelineOptions(
        String device, int threads, Precision precision, Quantization quantization, boolean truncation)
        implements PipelineOptionsBuilder.With {
    /** Best device, all processors, float32, no truncation. */
    public static final PipelineOptions DEFAULT =
            new PipelineOptions("auto", 0, Precision.FP32, Quantization.NONE, false);

    /**
     * Checks that the settings go together.
     *
     * @throws IllegalArgumentException if they don't
     */
    public PipelineOptions {
        if (quantization != Quantization.NONE && precision != Precision.FP32) {
            throw new IllegalArgumentException("quantization " + quantization.optionName()
                    + " and precision bf16 exclude each other: both say how products are computed");
        }
    }
}
