package io.transformer4j.hub;

import io.transformer4j.files.ConfinedName;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * A model repository at a revision, written {@code org/name} or {@code org/name@revision}.
 *
 * @param name {@code org/name}, or {@code name} alone for the oldest models such as {@code gpt2}
 * @param revision a branch, a tag or a commit
 */
public record RepositoryId(String name, String revision) {
    /** The branch that is meant when none is named. */
    public static final String MAIN = "main";

    private static final int MAX_NAME_LENGTH = 96;
    private static final Pattern NAME = Pattern.compile("(?:[A-Za-z0-9_][A-Za-z0-9._-]*/)?[A-Za-z0-9_][A-Za-z0-9._-]*");
    private static final Pattern REVISION = Pattern.compile("[A-Za-z0-9_][A-Za-z0-9._/+-]*");
    private static final Pattern COMMIT = Pattern.compile("[0-9a-f]{40}");

    /** Checks both parts, since they become names of folders. */
    public RepositoryId {
        if (!isName(name)) {
            throw new HubException(HubException.quoted(name)
                    + " is not the name of a repository: it must be org/name, of letters, digits, '-', '_' and '.'");
        }
        if (!REVISION.matcher(revision).matches() || !ConfinedName.leadsDown(revision) || revision.contains("..")) {
            throw new HubException(HubException.quoted(revision)
                    + " is not a revision: it must be a branch, a tag or a commit, such as main or refs/pr/1");
        }
    }

    /** Reads {@code org/name@revision}; without {@code @} the revision is {@link #MAIN}. */
    public static RepositoryId parse(String text) {
        int at = text.indexOf('@');
        return at < 0 ? new RepositoryId(text, MAIN) : new RepositoryId(text.substring(0, at), text.substring(at + 1));
    }

    /** The repository that {@code text} names, if it has the form of such a name. */
    static Optional<RepositoryId> recognize(String text) {
        int at = text.indexOf('@');
        return isName(at < 0 ? text : text.substring(0, at)) ? Optional.of(parse(text)) : Optional.empty();
    }

    private static boolean isName(String name) {
        return name.length() <= MAX_NAME_LENGTH
                && NAME.matcher(name).matches()
                && !name.contains("--")
                && !name.contains("..")
                && !name.endsWith(".git");
    }

    /** The same repository at another revision. */
    public RepositoryId at(String otherRevision) {
        return new RepositoryId(name, otherRevision);
    }

    /** Whether the revision is a full commit hash, which never means anything else. */
    boolean isCommit() {
        return isCommit(revision);
    }

    static boolean isCommit(String text) {
        return COMMIT.matcher(text).matches();
    }

    /** {@code models--org--name}, as the cache calls it. */
    String folderName() {
        return "models--" + name.replace("/", "--");
    }

    @Override
    public String toString() {
        return revision.equals(MAIN) ? name : name + "@" + revision;
    }
}
