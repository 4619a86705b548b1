package dev.fairlead.cluster.revision;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.fairlead.cluster.revision.ConfigStore.StoredRevision;
import dev.fairlead.config.ConfigFormat;
import dev.fairlead.config.Revision;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.shareddata.AsyncMap;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * Ensures that members read the newest revision whole only when it may have changed, and notice
 * every change all the same. Provoked by a pointer that is right, absent, wrong or not written. A
 * failure would show as megabytes that each member transfers each second, or as a member that stays
 * at an old revision.
 */
final class ConfigStoreTest {
  private final Vertx vertx = Vertx.vertx();
  private final AsyncMap<String, String> map =
      vertx.sharedData().<String, String>getAsyncMap(ConfigStore.MAP).await();

  /** Keys that were read by {@link #reader}. */
  private final List<Object> read = new CopyOnWriteArrayList<>();

  private final ConfigStore writer = new ConfigStore(vertx, map, new RevisionCodec(null));
  private final ConfigStore reader =
      new ConfigStore(
          vertx,
          HookedMap.of(
              map,
              (operation, args, real) -> {
                if (operation.equals("get")) {
                  read.add(args.get(0));
                }
                return real.get();
              }),
          new RevisionCodec(null));

  @BeforeEach
  void storeTheFirst() {
    writer.replace(StoredRevision.NONE, revision(1)).await();
  }

  @AfterEach
  void close() {
    vertx.close().await();
  }

  @Test
  void whileThePointerIsTheSameOnlyThePointerIsRead() {
    assertThat(poll()).isEqualTo(1);
    read.clear();

    for (int i = 2; i < ConfigStore.WHOLE_EVERY; i++) {
      assertThat(poll()).isEqualTo(1);
    }

    assertThat(read).isNotEmpty().containsOnly(ConfigStore.POINTER);
  }

  @Test
  void aChangeThatThePointerTellsOfIsSeenAtOnce() {
    poll();

    writer.replace(writer.newest().await(), revision(2)).await();

    assertThat(poll()).isEqualTo(2);
  }

  @Test
  void aNoteThatMakesNoNewRevisionIsSeenToo() {
    poll();

    writer.swapNewest(writer.newest().await(), revision(1).withFileDigest("another")).await();

    assertThat(reader.newestByPointer().await().revision().fileDigest()).isEqualTo("another");
  }

  @Test
  void aChangeThatThePointerDoesNotTellOfIsSeenAfterAFewTimes() {
    poll();
    String pointer = map.get(ConfigStore.POINTER).await();
    writer.replace(writer.newest().await(), revision(2)).await();
    map.put(ConfigStore.POINTER, pointer).await();

    for (int i = 2; i <= ConfigStore.WHOLE_EVERY; i++) {
      poll();
    }

    assertThat(poll()).isEqualTo(2);
    assertThat(map.get(ConfigStore.POINTER).await()).startsWith("2/id2/");
  }

  @Test
  void aWrongOrAbsentPointerIsCorrectedByTheNextMemberThatReadsIt() {
    poll();
    for (String wrong : List.of("7/id7/0", "nonsense", "")) {
      map.put(ConfigStore.POINTER, wrong).await();
      assertThat(poll()).isEqualTo(1);
      assertThat(map.get(ConfigStore.POINTER).await()).startsWith("1/id1/");
    }
    map.remove(ConfigStore.POINTER).await();
    assertThat(poll()).isEqualTo(1);
    assertThat(map.get(ConfigStore.POINTER).await()).startsWith("1/id1/");
  }

  @Test
  void anEntryThatIsNotBelievedIsReadWholeUntilItIsReplaced() {
    poll();
    map.put(ConfigStore.NEWEST, "{\"revision\":\"x\"}").await();
    map.remove(ConfigStore.POINTER).await();

    StoredRevision stored = reader.newestByPointer().await();
    assertThat(stored.value()).isEqualTo("{\"revision\":\"x\"}");
    assertThat(stored.revision()).isNull();

    assertThat(writer.replace(stored, revision(1)).await()).isTrue();
    assertThat(poll()).isEqualTo(1);
  }

  @Test
  void aHistoryThatCannotBeWrittenIsAFailureAndNotAnotherRevision() {
    AtomicBoolean failing = new AtomicBoolean(true);
    ConfigStore store =
        new ConfigStore(
            vertx,
            HookedMap.of(
                map,
                (operation, args, real) ->
                    operation.equals("keys") && failing.getAndSet(false)
                        ? Future.failedFuture("the map is away")
                        : real.get()),
            new RevisionCodec(null));
    StoredRevision first = store.newest().await();

    assertThatThrownBy(() -> store.replace(first, revision(2)).await())
        .hasMessage("the map is away");

    assertThat(store.replace(first, revision(2)).await()).isTrue();
  }

  private long poll() {
    return reader.newestByPointer().await().revision().revision();
  }

  private static Revision revision(long number) {
    return new Revision(
        number,
        "id" + number,
        "id" + (number - 1),
        Instant.EPOCH.plusSeconds(number),
        new Revision.Origin(null, "author", "from", null),
        ConfigFormat.YAML,
        "pools: []",
        "",
        List.of());
  }
}
