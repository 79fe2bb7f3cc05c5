package io.transformer4j.evaluation;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * The entities that a sentence's tags stand for, by the rules of {@code conlleval} and of seqeval's default mode: any sequence of tags
 * has a meaning, also one that no scheme allows, such as {@code I-PER} behind {@code O}, which begins an entity. Understands IOB1, IOB2,
 * IOE, IOBES and BILOU.
 */
public final class Entities {
    private static final String OUTSIDE = "O";

    private Entities() {}

    /**
     * An entity.
     *
     * @param start first word
     * @param end behind the last word
     */
    public record Entity(String type, int start, int end) {}

    /** What a tag says: where in an entity its word is, and of which type the entity is. */
    private record Tag(char place, String type) {
        private static final Set<Character> PLACES = Set.of('B', 'I', 'E', 'S', 'O', 'L', 'U', 'M');

        static Tag of(String tag) {
            if (tag.equals(OUTSIDE)) {
                return new Tag('O', "");
            }
            int dash = tag.indexOf('-');
            String place = dash < 0 ? tag : tag.substring(0, dash);
            if (place.length() != 1 || !PLACES.contains(place.charAt(0))) {
                throw new IllegalArgumentException("the tag \"" + tag + "\" isn't of a scheme such as BIO or IOBES:"
                        + " it must be O, or begin with B-, I-, E- or S-");
            }
            return new Tag(canonical(place.charAt(0)), dash < 0 ? "_" : tag.substring(dash + 1));
        }

        private static char canonical(char place) {
            return switch (place) {
                case 'L' -> 'E';
                case 'U' -> 'S';
                case 'M' -> 'I';
                default -> place;
            };
        }

        boolean outside() {
            return place == 'O';
        }

        boolean endsBefore(Tag next) {
            return !outside()
                    && (place == 'E'
                            || place == 'S'
                            || next.outside()
                            || next.place == 'B'
                            || next.place == 'S'
                            || !type.equals(next.type));
        }

        boolean beginsAfter(Tag previous) {
            return !outside() && (place == 'B' || place == 'S' || previous.outside() || previous.endsBefore(this));
        }
    }

    /**
     * The entities of one sentence, in its order.
     *
     * @throws IllegalArgumentException if a tag isn't of a known scheme
     */
    public static List<Entity> of(List<String> tags) {
        List<Entity> entities = new ArrayList<>();
        Tag previous = Tag.of(OUTSIDE);
        int start = 0;
        for (int i = 0; i <= tags.size(); i++) {
            Tag tag = Tag.of(i == tags.size() ? OUTSIDE : tags.get(i));
            if (previous.endsBefore(tag)) {
                entities.add(new Entity(previous.type, start, i));
            }
            if (tag.beginsAfter(previous)) {
                start = i;
            }
            previous = tag;
        }
        return List.copyOf(entities);
    }
}
