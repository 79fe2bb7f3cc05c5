package io.transformer4j.verification;

import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * What {@link CheckpointVerifier} found.
 *
 * @param folder the verified folder
 * @param architecture HF's class name, as the references name it; empty if they couldn't be read
 * @param checks everything that was compared
 * @param problems sentences about what could not be compared, such as a family that isn't supported
 */
public record VerificationReport(Path folder, String architecture, List<Check> checks, List<String> problems) {

    /** Copies the lists. */
    public VerificationReport {
        checks = List.copyOf(checks);
        problems = List.copyOf(problems);
    }

    /** Whether everything could be compared and agrees. */
    public boolean agrees() {
        return problems.isEmpty() && !checks.isEmpty() && disagreements().isEmpty();
    }

    /** The checks that failed, in their order. */
    public List<Check> disagreements() {
        return checks.stream().filter(check -> !check.agrees()).toList();
    }

    /** Parts that were compared, in their order. */
    public List<String> parts() {
        return checks.stream().map(Check::part).distinct().toList();
    }

    /** The check of one kind in one part that came closest to its limit or exceeds it most. */
    public Optional<Check> worst(String part, Check.Kind kind) {
        return checks.stream()
                .filter(check -> check.part().equals(part) && check.kind() == kind)
                .max(Comparator.comparingDouble(Check::severity));
    }
}
