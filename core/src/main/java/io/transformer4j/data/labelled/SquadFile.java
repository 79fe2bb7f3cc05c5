package io.transformer4j.data.labelled;

import io.transformer4j.data.CorpusReader;
import io.transformer4j.data.DataException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Reads questions about paragraphs in the JSON of SQuAD 1.1 and 2.0 (Rajpurkar et al. 2016, 2018), plain or gzip. */
public final class SquadFile {
    private SquadFile() {}

    /**
     * Reads all questions.
     *
     * @throws DataException if the file isn't of this form, or an answer doesn't stand where it says; the question is named
     */
    public static List<AnsweredQuestion> read(Path file) {
        List<AnsweredQuestion> questions = new ArrayList<>();
        for (JsonNode article : list(file, tree(file), "data")) {
            for (JsonNode paragraph : list(file, article, "paragraphs")) {
                String context = text(file, paragraph, "context");
                for (JsonNode question : list(file, paragraph, "qas")) {
                    questions.add(question(file, context, question));
                }
            }
        }
        if (questions.isEmpty()) {
            throw new DataException(file + ": has no questions");
        }
        return questions;
    }

    private static JsonNode tree(Path file) {
        try (InputStream json = CorpusReader.decompressed(file.toString(), Files.newInputStream(file))) {
            return JsonMapper.shared().readTree(json); // not by lines: the published files have only one
        } catch (JacksonException e) {
            throw new DataException(file + ": not valid JSON (" + e.getOriginalMessage() + ")", e);
        } catch (IOException e) {
            throw new DataException(file + ": cannot be read (" + e.getMessage() + ")", e);
        }
    }

    private static AnsweredQuestion question(Path file, String context, JsonNode node) {
        String id = text(file, node, "id");
        List<AnsweredQuestion.Answer> answers = new ArrayList<>();
        for (JsonNode answer : list(file, node, "answers")) {
            String text = text(file, answer, "text");
            int codePoints = answer.path("answer_start").asInt(-1);
            int start = codePoints < 0 || codePoints > context.codePointCount(0, context.length())
                    ? -1
                    : context.offsetByCodePoints(0, codePoints);
            if (start < 0 || !context.startsWith(text, start)) {
                throw new DataException(file + ": the answer \"" + text + "\" of question " + id
                        + " doesn't stand at character " + codePoints + " of its context");
            }
            answers.add(new AnsweredQuestion.Answer(text, start));
        }
        return new AnsweredQuestion(id, text(file, node, "question"), context, answers);
    }

    private static JsonNode list(Path file, JsonNode node, String field) {
        JsonNode value = node.path(field);
        if (!value.isArray()) {
            throw new DataException(
                    file + ": isn't SQuAD's format: there is no list \"" + field + "\" among " + node.propertyNames());
        }
        return value;
    }

    private static String text(Path file, JsonNode node, String field) {
        JsonNode value = node.path(field);
        if (!value.isString()) {
            throw new DataException(
                    file + ": isn't SQuAD's format: there is no text \"" + field + "\" among " + node.propertyNames());
        }
        return value.stringValue();
    }
}
