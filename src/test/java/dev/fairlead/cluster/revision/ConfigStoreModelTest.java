package dev.fairlead.cluster.revision;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fairlead.cluster.revision.ConfigStore.StoredRevision;
import dev.fairlead.config.ConfigFormat;
import dev.fairlead.config.Revision;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.shareddata.AsyncMap;
import java.lang.reflect.Proxy;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import java.util.function.Supplier;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

/**
 * Ensures that the pointer to the newest revision deceives no member for long. Provoked by members
 * that replace the newest and poll while every operation on the map happens in any order, by
 * members that die between two operations, and by foreign writes. A failure would show as a member
 * that polls and stays at an old revision.
 */
final class ConfigStoreModelTest {
  private static final int MEMBERS = 3;

  /** One run: a map, its members, and the operations that have not happened yet. */
  private static final class World {
    private final Random random;
    private final Map<String, String> map = new TreeMap<>();
    private final List<Operation> pending = new ArrayList<>();
    private final List<ConfigStore> stores = new ArrayList<>();
    private int lastNumber;

    private record Operation(int member, Runnable happen) {}

    private World(long seed) {
      random = new Random(seed);
      for (int i = 0; i < MEMBERS; i++) {
        int member = i;
        AsyncMap<String, String> shared =
            HookedMap.of(
                null, (operation, args, real) -> later(member, () -> answer(operation, args)));
        stores.add(new ConfigStore(inline(), shared, new RevisionCodec(null)));
      }
    }

    private Future<?> later(int member, Supplier<Object> answer) {
      Promise<Object> promise = Promise.promise();
      pending.add(new Operation(member, () -> promise.complete(answer.get())));
      return promise.future();
    }

    private Object answer(String operation, List<Object> args) {
      String key = args.isEmpty() ? "" : (String) args.get(0);
      return switch (operation) {
        case "get" -> map.get(key);
        case "putIfAbsent" -> map.putIfAbsent(key, (String) args.get(1));
        case "replaceIfPresent" -> map.replace(key, (String) args.get(1), (String) args.get(2));
        case "remove" -> map.remove(key);
        case "keys" -> new TreeSet<>(map.keySet());
        default -> throw new IllegalArgumentException(operation);
      };
    }

    private void step() {
      int choice = random.nextInt(6);
      if (choice == 0) {
        push(random.nextInt(MEMBERS));
      } else if (choice == 1) {
        stores.get(random.nextInt(MEMBERS)).newestByPointer();
      } else if (!pending.isEmpty()) {
        pending.remove(random.nextInt(pending.size())).happen().run();
      }
    }

    /** As ConfigPush does: reads, makes the next, and compares and sets. */
    private void push(int member) {
      ConfigStore store = stores.get(member);
      store.newest().compose(stored -> store.replace(stored, next(stored)));
    }

    private Revision next(StoredRevision stored) {
      long number = stored.revision() == null ? 1 : stored.revision().revision() + 1;
      return revision(number, "id" + ++lastNumber);
    }

    /** What a member that died had begun does not happen. */
    private void die(int member) {
      pending.removeIf(each -> each.member() == member);
    }

    private void foreignWrite() {
      String value = random.nextBoolean() ? "nonsense" : String.valueOf(map.get("newest"));
      map.put(random.nextBoolean() ? ConfigStore.NEWEST : ConfigStore.POINTER, value);
    }

    private void finish() {
      while (!pending.isEmpty()) {
        pending.remove(random.nextInt(pending.size())).happen().run();
      }
    }

    private StoredRevision poll(ConfigStore store) {
      Future<StoredRevision> read = store.newestByPointer();
      finish();
      return read.result();
    }

    private void assertAllSeeTheNewest() {
      for (ConfigStore store : stores) {
        assertThat(poll(store).value()).isEqualTo(map.get(ConfigStore.NEWEST));
      }
    }
  }

  @Property(tries = 2000)
  void afterTheLastWriteTwoPollsOfEachAreEnough(@ForAll long seed) {
    World world = new World(seed);
    for (int i = 0; i < 60; i++) {
      world.step();
    }
    world.finish();

    world.stores.forEach(world::poll);

    world.assertAllSeeTheNewest();
  }

  @Property(tries = 2000)
  void whateverWasLostOrWrittenByOthersAFewPollsOfEachAreEnough(@ForAll long seed) {
    World world = new World(seed);
    for (int i = 0; i < 60; i++) {
      world.step();
      if (world.random.nextInt(10) == 0) {
        world.foreignWrite();
      }
      if (world.random.nextInt(20) == 0) {
        world.die(world.random.nextInt(MEMBERS));
      }
    }
    world.finish();

    for (int i = 0; i < ConfigStore.WHOLE_EVERY; i++) {
      world.stores.forEach(world::poll);
    }

    world.assertAllSeeTheNewest();
  }

  /** Runs at once what goes to a worker. */
  private static Vertx inline() {
    return (Vertx)
        Proxy.newProxyInstance(
            Vertx.class.getClassLoader(),
            new Class<?>[] {Vertx.class},
            (proxy, method, args) -> Future.succeededFuture(((Callable<?>) args[0]).call()));
  }

  private static Revision revision(long number, String id) {
    return new Revision(
        number,
        id,
        "",
        Instant.EPOCH,
        new Revision.Origin(null, "author", "from", null),
        ConfigFormat.YAML,
        "pools: []",
        "",
        List.of());
  }
}
