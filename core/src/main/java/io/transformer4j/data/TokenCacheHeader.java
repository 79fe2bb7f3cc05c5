package io.transformer4j.data;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.zip.CRC32C;

/**
 * The first 256 bytes of a token cache. Behind them, little-endian and each starting at a multiple of eight bytes:
 * the tokens (uint16 if the vocabulary has at most 65,536 entries, else int32), {@code segments + 1} offsets into the
 * tokens and {@code documents + 1} offsets into the segments (int64).
 *
 * @param vocabSize bound of the ids
 * @param tokens number of tokens
 * @param segments number of segments (sentences, lines or chunks); none is empty
 * @param documents number of documents; none is empty
 * @param characters UTF-16 units of the text that was tokenized
 * @param splitLines cuts of lines that were too long
 * @param tokenizer what made the ids
 * @param corpus what they were made from
 * @param tokensChecksum CRC-32C of the tokens section, without padding
 * @param segmentsChecksum CRC-32C of the segment offsets
 * @param documentsChecksum CRC-32C of the document offsets
 */
record TokenCacheHeader(
        int vocabSize,
        long tokens,
        long segments,
        long documents,
        long characters,
        long splitLines,
        Fingerprint tokenizer,
        Fingerprint corpus,
        int tokensChecksum,
        int segmentsChecksum,
        int documentsChecksum) {

    static final int BYTES = 256;
    private static final long MAGIC = 0x4E454B4F544A3454L; // "T4JTOKEN"
    private static final int VERSION = 1;
    private static final int CHECKSUM_POSITION = BYTES - Integer.BYTES;

    static int tokenBytes(int vocabSize) {
        return vocabSize <= 1 << Short.SIZE ? Short.BYTES : Integer.BYTES;
    }

    int tokenBytes() {
        return tokenBytes(vocabSize);
    }

    long segmentsPosition() {
        long end = BYTES + tokens * tokenBytes();
        return end + padding(end);
    }

    long documentsPosition() {
        return segmentsPosition() + (segments + 1) * Long.BYTES;
    }

    long fileBytes() {
        return documentsPosition() + (documents + 1) * Long.BYTES;
    }

    /** Bytes from {@code position} to the next multiple of eight. */
    static int padding(long position) {
        return (int) (-position & (Long.BYTES - 1));
    }

    ByteBuffer toBytes() {
        ByteBuffer bytes = ByteBuffer.allocate(BYTES).order(ByteOrder.LITTLE_ENDIAN);
        bytes.putLong(MAGIC).putInt(VERSION).putInt(vocabSize);
        bytes.putLong(tokens)
                .putLong(segments)
                .putLong(documents)
                .putLong(characters)
                .putLong(splitLines);
        bytes.put(tokenizer.toBytes()).put(corpus.toBytes());
        bytes.putInt(tokensChecksum).putInt(segmentsChecksum).putInt(documentsChecksum);
        bytes.putInt(CHECKSUM_POSITION, checksum(bytes));
        return bytes.rewind();
    }

    /** Whether {@code bytes} begin as a token cache does; leaves their position behind the magic number. */
    static boolean hasMagic(ByteBuffer bytes) {
        bytes.order(ByteOrder.LITTLE_ENDIAN);
        return bytes.remaining() >= Long.BYTES && bytes.getLong() == MAGIC;
    }

    static TokenCacheHeader parse(Path file, ByteBuffer bytes, long fileBytes) {
        if (!hasMagic(bytes)) {
            throw new DataException(file + ": is not a token cache");
        }
        if (bytes.limit() < BYTES) {
            throw new DataException(
                    file + ": is truncated inside the header of a token cache; delete it to rebuild it");
        }
        int version = bytes.getInt();
        if (version != VERSION) {
            throw new DataException(file + ": is a token cache of format version " + version
                    + ", but this program reads " + VERSION + "; delete it to rebuild it");
        }
        if (bytes.getInt(CHECKSUM_POSITION) != checksum(bytes)) {
            throw new DataException(file + ": the header of the token cache is damaged; delete it to rebuild it");
        }
        TokenCacheHeader header = new TokenCacheHeader(
                bytes.getInt(),
                bytes.getLong(),
                bytes.getLong(),
                bytes.getLong(),
                bytes.getLong(),
                bytes.getLong(),
                fingerprint(bytes),
                fingerprint(bytes),
                bytes.getInt(),
                bytes.getInt(),
                bytes.getInt());
        if (header.fileBytes() != fileBytes) {
            throw new DataException(file + ": has " + fileBytes + " bytes, but its header requires "
                    + header.fileBytes() + "; delete it to rebuild it");
        }
        return header;
    }

    private static Fingerprint fingerprint(ByteBuffer bytes) {
        byte[] hash = new byte[Fingerprint.BYTES];
        bytes.get(hash);
        return Fingerprint.fromBytes(hash);
    }

    private static int checksum(ByteBuffer bytes) {
        CRC32C crc = new CRC32C();
        crc.update(bytes.duplicate().position(0).limit(CHECKSUM_POSITION));
        return (int) crc.getValue();
    }
}
