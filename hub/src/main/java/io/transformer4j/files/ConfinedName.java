package io.transformer4j.files;

import java.nio.file.InvalidPathException;
import java.nio.file.Path;

/** File names that somebody else chose: they must not decide what is read or written elsewhere on this machine. */
public final class ConfinedName {
    private ConfinedName() {}

    /**
     * Whether {@code name}, with {@code /} between its parts, leads down from a folder on every operating system: not
     * absolute, no {@code ..}, no {@code .}, no empty part, no backslash, no control character.
     */
    public static boolean leadsDown(String name) {
        if (name.isEmpty() || name.indexOf('\\') >= 0 || name.chars().anyMatch(Character::isISOControl)) {
            return false;
        }
        try {
            if (Path.of(name).isAbsolute()) {
                return false;
            }
        } catch (InvalidPathException e) {
            return false;
        }
        for (String part : name.split("/", -1)) {
            if (part.isEmpty() || part.equals(".") || part.equals("..")) {
                return false;
            }
        }
        return true;
    }
}
