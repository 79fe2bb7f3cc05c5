package io.transformer4j.cli;

import io.transformer4j.pipelines.PipelineOptions;
import io.transformer4j.quantization.Quantization;
import io.transformer4j.torch.ComputePool;
import io.transformer4j.torch.Devices;
import io.transformer4j.torch.Precision;
import org.bytedeco.pytorch.Device;
import picocli.CommandLine.Option;

/** Mixin of a subcommand that runs a model: where, on how many threads, how exactly, and with which random numbers. */
public final class ComputeOptions {
    @Option(
            names = "--device",
            paramLabel = "DEVICE",
            defaultValue = "auto",
            description = "auto, cpu or cuda[:i] (default: ${DEFAULT-VALUE}: CUDA if there is one).")
    private String device = "auto";

    @Option(
            names = "--threads",
            paramLabel = "N",
            defaultValue = "0",
            description = "Compute threads; 0 is one per processor (default).")
    private int threads;

    @Option(
            names = "--precision",
            paramLabel = "PRECISION",
            defaultValue = "fp32",
            description = "fp32 or bf16 (default: ${DEFAULT-VALUE}).")
    private String precision = "fp32";

    @Option(
            names = "--seed",
            paramLabel = "N",
            defaultValue = "42",
            description = "Seed of all random numbers (default: ${DEFAULT-VALUE}).")
    private long seed;

    /** The device. */
    public Device device() {
        return Devices.parse(device);
    }

    /** A pool of the threads asked for; the caller closes it. */
    public ComputePool pool() {
        return new ComputePool(device().is_cpu() ? threads : 1);
    }

    /** These options for a pipeline. */
    public PipelineOptions pipeline(boolean truncation) {
        return pipeline(truncation, Quantization.NONE);
    }

    /** These options for a pipeline whose weights may be in 8 bits. */
    PipelineOptions pipeline(boolean truncation, Quantization quantization) {
        return new PipelineOptions(device, threads, precision(), quantization, truncation);
    }

    /** The precision. */
    public Precision precision() {
        return Precision.parse(precision);
    }

    /** The seed. */
    public long seed() {
        return seed;
    }
}
