/**
 * The {@code t4j} command: each subcommand parses its options, calls the library and prints.
 *
 * <p>{@link io.transformer4j.cli.T4j} is the entry: it owns exit codes, error sentences and logging, so that a subcommand is
 * only a picocli class that throws when something is wrong. A subcommand that mixes in {@link
 * io.transformer4j.cli.ConfigOptions} can also take its options from a YAML file.
 *
 * <pre>{@code
 * @Command(name = "info", description = "Describe a checkpoint.")
 * final class InfoCommand implements Callable<Integer> {
 *     @Parameters(paramLabel = "MODEL") Path model;
 *     @Override public Integer call() throws IOException { … return T4j.OK; }
 * }
 * }</pre>
 */
@NullMarked
package io.transformer4j.cli;

import org.jspecify.annotations.NullMarked;
