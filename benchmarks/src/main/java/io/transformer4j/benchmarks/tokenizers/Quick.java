package io.transformer4j.benchmarks.tokenizers;
import io.transformer4j.tokenizers.*;
import java.nio.file.*;
import java.util.*;
public class Quick {
  public static void main(String[] a) throws Exception {
    Tokenizer t = Tokenizer.load(Path.of(a[0]));
    String text = Files.readString(Path.of(a[1]));
    List<String> lines = new ArrayList<>(text.lines().toList());
    long bytes = text.getBytes("UTF-8").length;
    for (int r = 0; r < Integer.parseInt(a[2]); r++) {
      long s = System.nanoTime(); long n = 0;
      for (String l : lines) n += t.encodeToIds(l, true).length;
      double d = (System.nanoTime() - s) / 1e9;
      long s2 = System.nanoTime(); long n2 = 0;
      for (String l : lines) n2 += t.encode(l).length();
      double d2 = (System.nanoTime() - s2) / 1e9;
      System.err.printf("ids %.1f MB/s  enc %.1f MB/s  %d %d%n", bytes / d / 1e6, bytes / d2 / 1e6, n, n2);
    }
  }
}
