package io.transformer4j.search;

import org.apache.lucene.document.Document;
import org.apache.lucene.document.Field;
import org.apache.lucene.document.KnnFloatVectorField;
import org.apache.lucene.document.StoredField;
import org.apache.lucene.document.StringField;
import org.apache.lucene.index.Term;
import org.apache.lucene.index.VectorSimilarityFunction;

/** What an index stores: a document for each passage, and one for each file that says in which state it was read. */
final class Documents {
    static final String VECTOR = "vector";

    private static final String FILE = "file";
    private static final String LINE = "line";
    private static final String COLUMN = "column";
    private static final String TEXT = "text";
    private static final String KIND = "kind";
    private static final String STATE = "state";

    /** All documents of files. */
    static final Term ANY_FILE = new Term(KIND, FILE);

    private Documents() {}

    /**
     * How a file was read.
     *
     * @param state changes with the content and the way it is divided
     */
    record FileState(String path, String state) {}

    /** All documents of one file. */
    static Term file(String path) {
        return new Term(FILE, path);
    }

    static Document of(FileState file) {
        Document document = new Document();
        document.add(new StringField(KIND, FILE, Field.Store.NO));
        document.add(new StringField(FILE, file.path(), Field.Store.YES));
        document.add(new StoredField(STATE, file.state()));
        return document;
    }

    static FileState fileState(Document document) {
        return new FileState(document.get(FILE), document.get(STATE));
    }

    static Document of(Passage passage, float[] vector) {
        Document document = new Document();
        document.add(new StringField(FILE, passage.file(), Field.Store.YES));
        document.add(new StoredField(LINE, passage.line()));
        document.add(new StoredField(COLUMN, passage.column()));
        document.add(new StoredField(TEXT, passage.text()));
        document.add(new KnnFloatVectorField(VECTOR, direction(vector), VectorSimilarityFunction.DOT_PRODUCT));
        return document;
    }

    static Passage passage(Document document) {
        return new Passage(
                document.get(FILE),
                document.getField(LINE).numericValue().longValue(),
                document.getField(COLUMN).numericValue().intValue(),
                document.get(TEXT));
    }

    /** The vector at length 1, which Lucene's dot product needs. */
    static float[] direction(float[] vector) {
        double squares = 0;
        for (float value : vector) {
            squares += (double) value * value;
        }
        float[] direction = new float[vector.length];
        for (int i = 0; i < direction.length; i++) {
            direction[i] = (float) (vector[i] / Math.sqrt(squares));
        }
        return direction;
    }

    /** Lucene's scores aren't negative: {@code (1 + cosine) / 2}. */
    static double cosine(float score) {
        return 2.0 * score - 1;
    }
}
