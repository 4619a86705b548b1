package dev.fairlead.observe;

import dev.fairlead.pool.Backend;
import dev.fairlead.pool.Pool;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntSupplier;
import java.util.function.Supplier;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;

/**
 * The live sessions of this member at the time a line is written: of all, of a listener, of a pool
 * and of a backend. All are 0 before {@link #readFrom}. Any thread.
 */
public final class LiveCounts {
  private record Sources(
      IntSupplier sessions, ToLongFunction<String> listener, Supplier<List<Pool>> pools) {}

  private volatile Sources sources = new Sources(() -> 0, name -> 0, List::of);

  /**
   * Where the counts come from, from now on. None of the sources may block.
   *
   * @param listener live sessions of the listener with a name
   */
  public void readFrom(
      IntSupplier sessions, ToLongFunction<String> listener, Supplier<List<Pool>> pools) {
    sources = new Sources(sessions, listener, pools);
  }

  /** The counts of a moment. One thread. */
  Moment moment() {
    return new Moment(sources);
  }

  /** Looks each pool up once. */
  static final class Moment {
    private final Sources sources;
    private final Map<String, Map<String, Backend>> backends = new HashMap<>();

    private Moment(Sources sources) {
      this.sources = sources;
    }

    int sessions() {
      return sources.sessions().getAsInt();
    }

    long listener(String name) {
      return sources.listener().applyAsLong(name);
    }

    long pool(@Nullable String name) {
      return name == null ? 0 : backendsOf(name).values().stream().mapToLong(Backend::active).sum();
    }

    long backend(@Nullable String pool, @Nullable String id) {
      Backend found = pool == null || id == null ? null : backendsOf(pool).get(id);
      return found == null ? 0 : found.active();
    }

    private Map<String, Backend> backendsOf(String pool) {
      return backends.computeIfAbsent(pool, this::find);
    }

    private Map<String, Backend> find(String name) {
      Map<String, Backend> found = new HashMap<>();
      sources.pools().get().stream()
          .filter(pool -> pool.name().equals(name))
          .flatMap(pool -> pool.backends().stream())
          .forEach(backend -> found.put(backend.id(), backend));
      return found;
    }
  }
}
