package io.transformer4j.torch;

/** An error that libtorch reported: its first line as message, the C++ frames only in the cause. */
public final class TorchException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private TorchException(String message, RuntimeException cause) {
        super(message, cause);
    }

    /**
     * Translates what JavaCPP throws: libtorch's text has the message on its first line and native frames below.
     * Exceptions that don't come from libtorch are returned as they are.
     */
    public static RuntimeException translate(RuntimeException e) {
        String text = e.getMessage();
        if (e.getClass() != RuntimeException.class || text == null || !text.contains("\n")) {
            return e;
        }
        return new TorchException(text.lines().findFirst().orElse(text), e);
    }
}
