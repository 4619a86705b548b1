package dev.fairlead.admission;

import dev.fairlead.config.ListenerConfig;
import dev.fairlead.config.ListenerConfig.AccessConfig;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The access lists of the listeners of one configuration. Immutable. */
public final class AccessLists {
  /** Before the first configuration. */
  public static final AccessLists NONE = new AccessLists(Map.of());

  /** By name of the listener. */
  private final Map<String, Known> lists;

  private AccessLists(Map<String, Known> lists) {
    this.lists = lists;
  }

  private record Known(AccessConfig config, AccessList list) {}

  /**
   * Those of other listeners. Makes only what this does not have already; a long list may take a
   * good part of a second, so not on an event loop.
   */
  public AccessLists next(List<ListenerConfig> listeners) {
    Map<String, Known> next = new HashMap<>();
    for (ListenerConfig listener : listeners) {
      AccessConfig config = listener.access();
      Known before = lists.get(listener.name());
      next.put(
          listener.name(),
          before != null && before.config.equals(config)
              ? before
              : new Known(config, AccessList.of(config)));
    }
    return new AccessLists(Map.copyOf(next));
  }

  /** Whom the listener called {@code name} takes. */
  public AccessList of(String name) {
    return lists.get(name).list;
  }
}
