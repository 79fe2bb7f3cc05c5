package io.transformer4j.corpus;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * A Javadoc comment without its stars: the main description and the block tags after it, both with inline tags and HTML as written.
 *
 * @param description may be empty
 * @param blockTags in the order of the comment
 */
record JavadocComment(String description, List<BlockTag> blockTags) {

    /**
     * A tag such as {@code @return}.
     *
     * @param name without the at sign
     * @param text what follows the name, possibly on several lines; for {@code param} and {@code throws} without the subject
     */
    record BlockTag(String name, String text) {}

    private static final Pattern DECORATION = Pattern.compile("^[ \\t]*\\*+ ?");
    private static final Pattern BLOCK_TAG = Pattern.compile("^\\s*@([A-Za-z][A-Za-z0-9_.:-]*)(?:\\s+|$)");
    private static final Pattern SUBJECT = Pattern.compile("^\\S+\\s*");

    /**
     * Takes a comment apart.
     *
     * @param comment from slash to slash
     */
    static JavadocComment parse(String comment) {
        int end = comment.endsWith("*/") ? comment.length() - 2 : comment.length();
        String body = comment.substring(Math.min(3, end), end);
        StringBuilder section = new StringBuilder();
        String tag = "";
        String description = "";
        List<BlockTag> tags = new ArrayList<>();
        int braces = 0;
        for (String line : body.lines().map(JavadocComment::undecorated).collect(Collectors.toList())) {
            Matcher matcher = BLOCK_TAG.matcher(line);
            // an at sign inside {@code …} is part of an example
            if (braces <= 0 && matcher.find()) {
                if (tag.isEmpty()) {
                    description = section.toString();
                } else {
                    tags.add(blockTag(tag, section.toString()));
                }
                tag = matcher.group(1);
                section.setLength(0);
                line = line.substring(matcher.end());
                braces = 0;
            }
            section.append(line).append('\n');
            braces += depth(line, braces);
        }
        if (tag.isEmpty()) {
            description = section.toString();
        } else {
            tags.add(blockTag(tag, section.toString()));
        }
        return new JavadocComment(description.strip(), List.copyOf(tags));
    }

    private static String undecorated(String line) {
        return DECORATION.matcher(line).replaceFirst("");
    }

    private static BlockTag blockTag(String name, String text) {
        boolean hasSubject = name.equals("param") || name.equals("throws") || name.equals("exception");
        String stripped = text.strip();
        return new BlockTag(name, hasSubject ? SUBJECT.matcher(stripped).replaceFirst("") : stripped);
    }

    /** By how much a line changes the depth of braces that an inline tag opened. */
    private static int depth(String line, int before) {
        int depth = before;
        for (int i = 0; i < line.length(); i++) {
            char c = line.charAt(i);
            if (c == '{' && (depth > 0 || line.startsWith("{@", i))) {
                depth++;
            } else if (c == '}' && depth > 0) {
                depth--;
            }
        }
        return depth - before;
    }
}
