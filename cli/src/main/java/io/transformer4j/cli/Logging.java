package io.transformer4j.cli;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.encoder.PatternLayoutEncoder;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.OutputStreamAppender;
import org.slf4j.LoggerFactory;

/** The one change to {@code logback.xml}, which logs warnings as plain sentences: everything, with time, place and stack trace. */
final class Logging {

    private static final String VERBOSE_PATTERN = "%d{HH:mm:ss.SSS} %-5level [%thread] %logger{0}: %msg%n%ex";

    private Logging() {}

    static void verbose() {
        if (LoggerFactory.getILoggerFactory() instanceof LoggerContext context) {
            Logger root = context.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
            root.setLevel(Level.DEBUG);
            root.iteratorForAppenders().forEachRemaining(appender -> {
                if (appender instanceof OutputStreamAppender<ILoggingEvent> stream) {
                    PatternLayoutEncoder encoder = new PatternLayoutEncoder();
                    encoder.setContext(context);
                    encoder.setPattern(VERBOSE_PATTERN);
                    encoder.start();
                    stream.setEncoder(encoder);
                }
            });
        }
    }
}
