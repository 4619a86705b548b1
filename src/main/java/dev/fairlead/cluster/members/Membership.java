package dev.fairlead.cluster.members;

import dev.fairlead.cluster.node.ClusterNode;
import dev.fairlead.cluster.rows.PeerRows.RowListener;
import dev.fairlead.cluster.rows.ReplicatedTable;
import dev.fairlead.cluster.rows.RowContext;
import dev.fairlead.event.MemberInfo;
import io.vertx.core.Future;
import io.vertx.core.json.JsonObject;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Who is in the cluster: every member owns a row of {@code fairlead.members}, which lasts as long
 * as it is a node of the cluster. Foreign Vert.x nodes have no row. Names are unique; when a split
 * ends and two members have the same, the one that started later takes another.
 *
 * <p>{@link #enter} is called on the cluster's context, the other methods on any thread.
 */
public final class Membership {
  public static final ReplicatedTable.Table TABLE =
      new ReplicatedTable.Table("fairlead.members", "fairlead.members.changed", null);

  private static final Logger LOG = LoggerFactory.getLogger(Membership.class);
  private static final long RENEWAL_NANOS = TimeUnit.SECONDS.toNanos(10);

  private static final Comparator<MemberInfo> BY_NAME =
      Comparator.comparing(MemberInfo::name).thenComparing(MemberInfo::id);

  /** The first of two keeps its name. */
  private static final Comparator<MemberInfo> BY_AGE =
      Comparator.comparing(MemberInfo::started).thenComparing(MemberInfo::id);

  private final RowContext place;
  private final Supplier<MemberInfo> info;
  private final Listener listener;
  private final ReplicatedTable rows;

  /** By id. */
  private final Map<String, JsonObject> fields = new HashMap<>();

  /** By id, of those whose fields make sense. */
  private final Map<String, MemberInfo> others = new HashMap<>();

  /** What other threads see of {@link #others}. */
  private volatile List<MemberInfo> shown = List.of();

  private volatile NameClaim claim;
  private volatile String name;
  private String wanted;
  private boolean entered;
  private long claimedAt;

  /** A claim is being made or renewed. */
  private Future<?> claiming = Future.succeededFuture();

  /** Who comes and goes while this member is in. Called on the cluster's context. */
  public interface Listener {
    /** Those that were there before this member are not told. */
    void joined(MemberInfo member);

    void left(MemberInfo member);
  }

  /**
   * The members of the cluster of {@code place}.
   *
   * @param info this member, by its node id; asked often and by any thread. Its name is what {@link
   *     #name} says, whatever is in there
   */
  public Membership(RowContext place, Supplier<MemberInfo> info, Listener listener) {
    this.place = place;
    this.info = info;
    this.listener = listener;
    this.rows =
        new ReplicatedTable(place, TABLE, new MemberRow(this::own, place.nanos()), new Rows());
  }

  /**
   * Takes a name that nobody has and becomes a member.
   *
   * @return the name: {@code wantedName}, or if taken {@code wantedName-2} and so on
   */
  public Future<String> enter(String wantedName) {
    wanted = wantedName;
    return ReplicatedTable.openMap(place.node().vertx(), TABLE.map())
        .compose(
            map -> {
              claim = new NameClaim(place.node(), map);
              return takeName();
            })
        .compose(taken -> rows.start())
        .map(
            done -> {
              entered = true;
              return name;
            });
  }

  /** Is no member any more, and gives the name back. Never fails. */
  public Future<Void> leave() {
    return rows.stop()
        .compose(done -> name == null ? Future.succeededFuture() : claim.release(name))
        .transform(done -> Future.succeededFuture());
  }

  /** All members, by name; this one included. */
  public List<MemberInfo> members() {
    return Stream.concat(Stream.of(own()), shown.stream()).sorted(BY_NAME).toList();
  }

  /** This member's name, which may change when a split ends; null before it has one. */
  public String name() {
    return name;
  }

  /** Must hear who comes and goes. */
  public ClusterNode.Listener nodes() {
    return rows;
  }

  ReplicatedTable rows() {
    return rows;
  }

  private MemberInfo own() {
    MemberInfo now = info.get();
    String taken = name;
    return new MemberInfo(
        now.id(),
        taken == null ? now.name() : taken,
        now.address(),
        now.version(),
        now.started(),
        now.revision(),
        now.sessions(),
        now.ready(),
        now.draining());
  }

  private Future<String> takeName() {
    Set<String> taken = shown.stream().map(MemberInfo::name).collect(Collectors.toSet());
    return claim
        .claim(wanted, taken)
        .onSuccess(
            free -> {
              name = free;
              claimedAt = place.nanos().getAsLong();
            });
  }

  /** Sees to it that this member's name is its own. */
  private void checkName() {
    if (!claiming.isComplete()) {
      return;
    }
    MemberInfo self = own();
    List<MemberInfo> same =
        shown.stream().filter(other -> other.name().equals(self.name())).toList();
    if (same.stream().anyMatch(other -> BY_AGE.compare(other, self) < 0)) {
      claiming = rename();
    } else if (!same.isEmpty() || place.nanos().getAsLong() - claimedAt >= RENEWAL_NANOS) {
      claiming = renew();
    }
  }

  /** The old claim is left to the other member, which renews it. */
  private Future<?> rename() {
    String before = name;
    return takeName()
        .onSuccess(
            taken ->
                LOG.warn(
                    "a member that started earlier is called {} too: this one is {} from now on",
                    before,
                    taken))
        .onFailure(e -> LOG.warn("no other name than {} could be had yet: {}", before, e));
  }

  private Future<?> renew() {
    claimedAt = place.nanos().getAsLong();
    return claim
        .renew(name)
        .onFailure(e -> LOG.warn("the name {} could not be claimed again: {}", name, e.toString()));
  }

  private final class Rows implements RowListener {
    @Override
    public void changed(String member, JsonObject changes) {
      JsonObject all = fields.computeIfAbsent(member, any -> new JsonObject());
      changes.getMap().forEach(all::put);
      MemberInfo now = MemberRow.parse(member, all);
      if (now == null) {
        LOG.debug("not the row of a member: {} {}", member, all);
        return;
      }
      MemberInfo before = others.put(member, now);
      show();
      if (before == null && entered) {
        listener.joined(now);
      }
    }

    @Override
    public void gone(String member) {
      fields.remove(member);
      MemberInfo before = others.remove(member);
      show();
      if (before != null) {
        listener.left(before);
      }
    }

    @Override
    public void second() {
      checkName();
    }

    private void show() {
      shown = List.copyOf(others.values());
    }
  }
}
