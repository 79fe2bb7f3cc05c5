package io.transformer4j.corpus;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import org.jsoup.Jsoup;
import org.jsoup.nodes.Element;
import org.jsoup.nodes.Entities;
import org.jsoup.nodes.Node;
import org.jsoup.nodes.TextNode;

/** Javadoc markup to plain paragraphs: inline tags by their meaning, HTML by its structure, examples and tables left out. */
final class JavadocProse {

    /** What isn't prose, whatever it contains. */
    private static final Set<String> DROPPED =
            Set.of("pre", "table", "script", "style", "svg", "img", "math", "h1", "h2", "h3", "h4", "h5", "h6");

    /** Elements within a line; any other element starts and ends a paragraph. */
    private static final Set<String> INLINE = Set.of(
            "a", "abbr", "acronym", "b", "big", "cite", "code", "del", "dfn", "em", "font", "i", "ins", "kbd", "mark",
            "q", "s", "samp", "small", "span", "strike", "strong", "tt", "u", "var");

    private static final Pattern WHITESPACE = Pattern.compile("[\\s\\u00a0\\u200b]+");

    private final List<String> paragraphs = new ArrayList<>();
    private final StringBuilder paragraph = new StringBuilder();

    private JavadocProse() {}

    /** The paragraphs of a description or of a block tag's text; none of them empty, each on one line. */
    static List<String> paragraphs(String markup) {
        JavadocProse prose = new JavadocProse();
        String html = resolveInlineTags(markup);
        if (html.indexOf('<') < 0 && html.indexOf('&') < 0) { // half of all comments
            prose.paragraph.append(html);
        } else {
            prose.walk(Jsoup.parseBodyFragment(html).body());
        }
        prose.endParagraph();
        return prose.paragraphs;
    }

    private void walk(Node node) {
        for (Node child : node.childNodes()) {
            if (child instanceof TextNode text) {
                paragraph.append(text.getWholeText());
            } else if (child instanceof Element element) {
                String name = element.normalName();
                if (name.equals("sub") || name.equals("sup")) {
                    paragraph.append(name.equals("sup") ? "^" : "_").append(element.text());
                } else if (INLINE.contains(name)) {
                    walk(element);
                } else {
                    endParagraph();
                    if (!DROPPED.contains(name)) {
                        walk(element);
                    }
                    endParagraph();
                }
            }
        }
    }

    private void endParagraph() {
        String text = WHITESPACE.matcher(paragraph).replaceAll(" ").strip();
        paragraph.setLength(0);
        if (!text.isEmpty()) {
            paragraphs.add(text);
        }
    }

    /** Replaces each inline tag by HTML. */
    static String resolveInlineTags(String markup) {
        StringBuilder html = new StringBuilder(markup.length());
        int position = 0;
        while (true) {
            int open = markup.indexOf("{@", position);
            if (open < 0) {
                return html.append(markup, position, markup.length()).toString();
            }
            int close = closingBrace(markup, open);
            html.append(markup, position, open);
            html.append(resolve(markup.substring(open + 2, close).strip()));
            position = Math.min(markup.length(), close + 1);
        }
    }

    private static int closingBrace(String markup, int open) {
        int depth = 0;
        for (int i = open; i < markup.length(); i++) {
            char c = markup.charAt(i);
            if (c == '{') {
                depth++;
            } else if (c == '}' && --depth == 0) {
                return i;
            }
        }
        return markup.length();
    }

    /** The replacement of a tag: name, white space, content. */
    private static String resolve(String tag) {
        int nameEnd = 0;
        while (nameEnd < tag.length() && Character.isLetterOrDigit(tag.charAt(nameEnd))) {
            nameEnd++;
        }
        String content = tag.substring(nameEnd).strip();
        return switch (tag.substring(0, nameEnd)) {
            case "code", "literal" -> Entities.escape(content);
            case "link", "linkplain" -> label(content);
            case "summary", "return" -> resolveInlineTags(content);
            case "systemProperty" -> content;
            case "snippet" -> "<pre></pre>";
            default -> ""; // {@inheritDoc}, {@value}, {@docRoot}, {@index} and what others invented
        };
    }

    /** The label of a link, or the simple name of what it refers to. */
    private static String label(String content) {
        int end = 0;
        int depth = 0;
        while (end < content.length() && (depth > 0 || !Character.isWhitespace(content.charAt(end)))) {
            char c = content.charAt(end++);
            depth += c == '(' || c == '<' ? 1 : c == ')' || c == '>' ? -1 : 0;
        }
        String label = content.substring(end).strip();
        return label.isEmpty() ? Entities.escape(simpleName(content.substring(0, end))) : resolveInlineTags(label);
    }

    /** {@code java.util.List#add(Object)} to {@code add}, {@code java.util.Map.Entry} to {@code Entry}. */
    private static String simpleName(String reference) {
        String member = reference.substring(reference.lastIndexOf('#') + 1).replaceFirst("[(<].*", "");
        return member.substring(member.lastIndexOf('.') + 1);
    }
}
