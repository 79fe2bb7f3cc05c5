package io.transformer4j.hub;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ModelResolverTest {
    @TempDir
    Path folder;

    private final ModelResolver resolver = ModelResolver.of(List.of(
            (name, files) -> name.equals("known") ? Optional.of(Path.of("first")) : Optional.empty(),
            (name, files) -> name.startsWith("org/") ? Optional.of(Path.of("second")) : Optional.empty()));

    @Test
    void pathsComeFirstThenSourcesInTheirOrder() {
        assertThat(resolver.resolve(folder.toString())).isEqualTo(folder);
        assertThat(resolver.resolve("known")).isEqualTo(Path.of("first"));
        assertThat(resolver.resolve("org/model")).isEqualTo(Path.of("second"));
        assertThatThrownBy(() -> resolver.resolve("nobody"))
                .isInstanceOf(HubException.class)
                .hasMessage(
                        "nobody is not a folder with a model, nor a built-in name, nor an id of the hub such as org/name");
    }

    @ParameterizedTest
    @ValueSource(strings = {"./org/model", "/org/model", "../known", "org/model/", "org/model/deeper", "~/model"})
    void whatIsPlainlyAPathIsNotLookedForElsewhere(String name) {
        assertThatThrownBy(() -> resolver.resolve(name)).hasMessage(name + " is not a folder with a model");
    }

    @Test
    void idsOfRepositories() {
        assertThat(RepositoryId.parse("gpt2")).isEqualTo(new RepositoryId("gpt2", "main"));
        assertThat(RepositoryId.parse("a/b.c-d@v1")).isEqualTo(new RepositoryId("a/b.c-d", "v1"));
        assertThat(RepositoryId.parse("a/b@refs/pr/3").toString()).isEqualTo("a/b@refs/pr/3");
        assertThat(RepositoryId.parse("a/b").folderName()).isEqualTo("models--a--b");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"a/b/c", "../a", "a/..", "a--b/c", "-a/b", "a b", "", "a/b@", "a/b@../../x", "a/b@/x", "a/b@x\\y"
            })
    void whatCouldLeaveTheCacheIsNoId(String text) {
        assertThatThrownBy(() -> RepositoryId.parse(text)).isInstanceOf(HubException.class);
    }
}
