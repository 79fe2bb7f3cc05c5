package io.transformer4j.cli;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.UncheckedIOException;
import java.nio.channels.ClosedByInterruptException;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;

/** Exceptions in words for the person at the terminal. */
final class Failures {

    private Failures() {}

    /** One sentence: what failed, and where. The library's own messages are such sentences already. */
    static String sentence(Throwable failure) {
        Throwable cause = unwrap(failure);
        if (isInterruption(cause)) {
            return "interrupted";
        }
        if (cause instanceof FileSystemException file) {
            return sentence(file);
        }
        if (cause instanceof OutOfMemoryError) {
            return "out of memory (%s): use a smaller batch or model, or give the JVM a larger heap (T4J_JAVA_OPTS=-Xmx…)"
                    .formatted(cause.getMessage());
        }
        String message = cause.getMessage();
        boolean expected = cause instanceof IOException
                || cause instanceof IllegalArgumentException
                || cause instanceof IllegalStateException
                || cause.getClass().getPackageName().startsWith("io.transformer4j");
        if (expected && message != null && !message.isBlank()) {
            return firstLine(message);
        }
        return "unexpected error: %s (--verbose shows where)".formatted(firstLine(cause.toString()));
    }

    /** The JDK's file exceptions carry little more than the path: their meaning is in the type. */
    private static String sentence(FileSystemException failure) {
        String reason;
        if (failure instanceof NoSuchFileException) {
            reason = "no such file or folder";
        } else if (failure instanceof AccessDeniedException) {
            reason = "permission denied";
        } else if (failure instanceof FileAlreadyExistsException) {
            reason = "exists already";
        } else if (failure instanceof NotDirectoryException) {
            reason = "not a folder";
        } else if (failure instanceof DirectoryNotEmptyException) {
            reason = "the folder is not empty";
        } else {
            reason = failure.getReason() == null ? failure.getClass().getSimpleName() : failure.getReason();
        }
        return failure.getFile() == null ? reason : failure.getFile() + ": " + reason;
    }

    /** Whether the command ended because somebody asked it to. */
    static boolean isInterruption(Throwable failure) {
        Throwable cause = unwrap(failure);
        return cause instanceof InterruptedException
                || cause instanceof CancellationException
                || cause instanceof InterruptedIOException
                || cause instanceof ClosedByInterruptException;
    }

    private static Throwable unwrap(Throwable failure) {
        Throwable cause = failure;
        while (cause.getCause() != null
                && (cause instanceof UncheckedIOException
                        || cause instanceof ExecutionException
                        || cause instanceof CompletionException)) {
            cause = cause.getCause();
        }
        return cause;
    }

    private static String firstLine(String message) {
        return message.strip().lines().findFirst().orElse(message);
    }
}
