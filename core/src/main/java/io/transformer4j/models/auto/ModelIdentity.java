package io.transformer4j.models.auto;

import io.transformer4j.checkpoint.CheckpointReader;
import io.transformer4j.files.Sha256;
import io.transformer4j.hub.FileSelection;
import io.transformer4j.models.LoraAdapter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;

/** Tells models apart by the content of all files that decide what they compute, wherever these are. */
public final class ModelIdentity {
    private static final int FOLDERS = 2; // sentence-transformers' pooling has one of its own

    private ModelIdentity() {}

    /**
     * A hash of configuration, weights, tokenizer and pooling; of an adapter also of the model it is for. Reads all weights.
     *
     * @param folder checkpoint
     * @return 64 hexadecimal digits
     * @throws io.transformer4j.checkpoint.CheckpointException if there is no checkpoint
     */
    public static String of(Path folder) {
        MessageDigest digest = Sha256.newDigest();
        try {
            if (LoraAdapter.isAdapter(folder)) {
                digest.update(of(LoraAdapter.baseFolder(folder)).getBytes(StandardCharsets.UTF_8));
            }
            for (String name : names(folder)) {
                Path file = folder.resolve(name);
                digest.update((name + "\n" + Files.size(file) + "\n").getBytes(StandardCharsets.UTF_8));
                Sha256.update(digest, file);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return HexFormat.of().formatHex(digest.digest());
    }

    private static Set<String> names(Path folder) throws IOException {
        Set<String> names = new TreeSet<>();
        try (Stream<Path> files = Files.walk(folder, FOLDERS)) {
            files.filter(Files::isRegularFile)
                    .map(file -> folder.relativize(file).toString().replace('\\', '/'))
                    .filter(name -> FileSelection.MODEL.names().matcher(name).matches()
                            && !name.equals(Models.GENERATION_CONFIG_NAME))
                    .forEach(names::add);
        }
        if (LoraAdapter.isAdapter(folder)) {
            names.add(LoraAdapter.CONFIG_NAME);
            names.add(LoraAdapter.WEIGHTS_NAME);
        } else {
            try (CheckpointReader weights = CheckpointReader.open(folder)) {
                for (String tensor : weights.names()) {
                    names.add(folder.relativize(weights.fileOf(tensor)).toString());
                }
            }
        }
        return names;
    }
}
