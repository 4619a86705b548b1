package dev.fairlead.live;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.zip.DeflaterOutputStream;
import java.util.zip.InflaterInputStream;

/**
 * What a member has kept, as bytes for another one: its steps, then each series that fits. Members
 * of different versions must agree on the format. Stateless.
 */
final class SeriesHistory {
  private static final int FORMAT = 1;

  /**
   * Before compression; all of the total, listeners, pools and members, and about 280 of the rest.
   * Raising it gives a new member the past of more backends, in a longer message.
   */
  static final int MOST_BYTES = 1024 * 1024;

  private SeriesHistory() {}

  static byte[] write(SeriesStore store) {
    long[] steps = store.steps();
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (DataOutputStream out = new DataOutputStream(new DeflaterOutputStream(bytes))) {
      out.writeByte(FORMAT);
      out.writeInt(steps.length);
      for (long step : steps) {
        out.writeLong(step);
      }
      int each = Counts.SIZE * steps.length * Float.BYTES;
      for (SeriesKey key : store.keys()) {
        if (out.size() + each < MOST_BYTES && store.values(key, 0, steps).isPresent()) {
          out.writeByte(1);
          write(store, key, steps, out);
        }
      }
      out.writeByte(0);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return bytes.toByteArray();
  }

  private static void write(SeriesStore store, SeriesKey key, long[] steps, DataOutputStream out)
      throws IOException {
    out.writeUTF(key.by());
    out.writeUTF(key.name());
    for (int count = 0; count < Counts.SIZE; count++) {
      Optional<float[]> values = store.values(key, count, steps);
      for (float value : values.orElseGet(() -> new float[steps.length])) {
        out.writeFloat(value);
      }
    }
  }

  /** Adds what another member has kept; throws IOException, and adds nothing, for anything else. */
  static void read(byte[] bytes, long now, SeriesStore store) throws IOException {
    try (DataInputStream in =
        new DataInputStream(new InflaterInputStream(new ByteArrayInputStream(bytes)))) {
      byte format = in.readByte();
      if (format != FORMAT) {
        throw new IOException("format " + format + " (expected: " + FORMAT + ")");
      }
      int length = in.readInt();
      if (length < 0 || length > SeriesStore.POINTS) {
        throw new IOException(length + " steps (expected: 0 to " + SeriesStore.POINTS + ")");
      }
      long[] steps = new long[length];
      for (int i = 0; i < length; i++) {
        steps[i] = in.readLong();
      }
      store.merge(now, steps, series(in, length));
    }
  }

  private static Map<SeriesKey, float[][]> series(DataInputStream in, int length)
      throws IOException {
    Map<SeriesKey, float[][]> series = new LinkedHashMap<>();
    while (in.readByte() == 1 && series.size() < SeriesStore.MOST) {
      SeriesKey key = new SeriesKey(in.readUTF(), in.readUTF());
      float[][] values = new float[Counts.SIZE][];
      for (int count = 0; count < Counts.SIZE; count++) {
        values[count] = floats(in, length);
      }
      series.put(key, values);
    }
    return series;
  }

  private static float[] floats(DataInputStream in, int length) throws IOException {
    float[] values = new float[length];
    for (int i = 0; i < length; i++) {
      float value = in.readFloat();
      values[i] = Float.isFinite(value) ? value : 0;
    }
    return values;
  }
}
