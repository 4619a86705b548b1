package dev.fairlead.cluster.members;

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
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The members of the cluster: each owns a row of {@code fairlead.members}, which lasts as long as
 * it is a node of the cluster. Foreign Vert.x nodes have no row. Names are unique; when a split
 * ends and two members have the same, the one that started later takes another.
 *
 * <p>{@link #enter} is called on the cluster's context, the other methods on any thread.
 */
public final class Membership {
  public static final ReplicatedTable.Table TABLE =
      new ReplicatedTable.Table("fairlead.members", "fairlead.members.changed", null);

  private static final Logger LOG = LoggerFactory.getLogger(Membership.class);

  /** A third of the time to live of a claim, so that one write may fail. */
  private static final long RENEWAL_NANOS = TimeUnit.SECONDS.toNanos(10);

  private static final Comparator<MemberInfo> BY_NAME =
      Comparator.comparing(MemberInfo::name).thenComparing(MemberInfo::id);

  /** Of two members with one name the lesser keeps it. */
  private static final Comparator<MemberInfo> BY_AGE =
      Comparator.comparing(MemberInfo::started).thenComparing(MemberInfo::id);

  private final RowContext context;
  private final Supplier<MemberInfo> info;
  private final MembershipListener listener;
  private final ReplicatedTable rows;

  /** By id. */
  private final Map<String, JsonObject> fields = new HashMap<>();

  /** By id, those whose row is complete. */
  private final Map<String, MemberInfo> others = new HashMap<>();

  /** For other threads. */
  private volatile List<MemberInfo> shown = List.of();

  private volatile @Nullable NameClaim claim;
  private volatile @Nullable String name;
  private String wanted = "";
  private boolean entered;
  private long claimedAt;

  /** A claim is being made or renewed. */
  private Future<?> claiming = Future.succeededFuture();

  /** Receives changes of the others while this process is a member. On the cluster's context. */
  public interface MembershipListener {
    /** Not called for members that joined before this one. */
    void joined(MemberInfo member);

    void left(MemberInfo member);
  }

  /** Calls {@code info} often, on any thread; {@link #name} replaces the name in it. */
  public Membership(RowContext context, Supplier<MemberInfo> info, MembershipListener listener) {
    this.context = context;
    this.info = info;
    this.listener = listener;
    this.rows =
        new ReplicatedTable(
            context, TABLE, new MemberRow(this::own, context.monotonic()), new Rows());
  }

  /** Becomes a member, named {@code wantedName}, or if taken {@code wantedName-2} and so on. */
  public Future<String> enter(String wantedName) {
    wanted = wantedName;
    return ReplicatedTable.openMap(context.node().vertx(), TABLE.map())
        .onSuccess(map -> claim = new NameClaim(context.node(), map))
        .compose(map -> takeName())
        .compose(taken -> rows.start())
        .onSuccess(done -> entered = true)
        .map(done -> own().name());
  }

  /** Leaves the members and gives the name back. Never fails. */
  public Future<Void> leave() {
    return rows.stop().compose(done -> releaseName()).transform(done -> Future.succeededFuture());
  }

  private Future<?> releaseName() {
    String taken = name;
    return taken == null ? Future.succeededFuture() : claim().release(taken);
  }

  private NameClaim claim() {
    return Objects.requireNonNull(claim, "not entered");
  }

  /** All members, by name; this one included. */
  public List<MemberInfo> members() {
    return Stream.concat(Stream.of(own()), shown.stream()).sorted(BY_NAME).toList();
  }

  /** This member's name, which may change when a split ends; null before it has one. */
  public @Nullable String name() {
    return name;
  }

  /** Must receive the changes of nodes. */
  public ReplicatedTable rows() {
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
    return claim()
        .claim(wanted, taken)
        .onSuccess(
            free -> {
              name = free;
              claimedAt = context.monotonic().getAsLong();
            });
  }

  /** The old claim is left to the other member, which renews it. */
  private Future<?> rename() {
    String before = name;
    return takeName()
        .onSuccess(
            taken ->
                LOG.warn(
                    "the name {} belongs to a member that started earlier: this one is {} now",
                    before,
                    taken))
        .onFailure(e -> LOG.warn("no other name than {} claimed yet: {}", before, e));
  }

  private Future<?> renew() {
    claimedAt = context.monotonic().getAsLong();
    return claim()
        .renew(own().name())
        .onFailure(e -> LOG.warn("claim of the name {} not renewed: {}", name, e.toString()));
  }

  private final class Rows implements RowListener {
    @Override
    public void changed(String member, JsonObject changes) {
      JsonObject all = fields.computeIfAbsent(member, any -> new JsonObject());
      changes.getMap().forEach(all::put);
      MemberRow.parse(member, all)
          .ifPresentOrElse(
              this::put, () -> LOG.debug("malformed row of node {} ignored: {}", member, all));
    }

    private void put(MemberInfo now) {
      MemberInfo before = others.put(now.id(), now);
      show();
      if (before == null || before.draining() != now.draining()) {
        // Other members may have to probe now.
        context.timer().wake();
      }
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

    /** Renews this member's claim, or takes another name when an older member has the same. */
    @Override
    public void second() {
      if (!claiming.isComplete()) {
        return;
      }
      MemberInfo self = own();
      List<MemberInfo> same =
          shown.stream().filter(other -> other.name().equals(self.name())).toList();
      if (same.stream().anyMatch(other -> BY_AGE.compare(other, self) < 0)) {
        claiming = rename();
      } else if (!same.isEmpty() || context.monotonic().getAsLong() - claimedAt >= RENEWAL_NANOS) {
        claiming = renew();
      }
    }

    private void show() {
      shown = List.copyOf(others.values());
    }
  }
}
