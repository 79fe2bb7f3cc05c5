package io.transformer4j.pipelines;

/** A question and the text that may answer it. */
public record Question(String question, String context) {}
