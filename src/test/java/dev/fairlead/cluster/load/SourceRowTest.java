package dev.fairlead.cluster.load;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fairlead.admission.SourceCount;
import dev.fairlead.admission.SourceLimit;
import dev.fairlead.testkit.Allocations;
import io.netty.util.NetUtil;
import io.vertx.core.json.JsonObject;
import java.net.InetAddress;
import java.util.AbstractMap;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class SourceRowTest {
  private static final InetAddress ALICE =
      NetUtil.createInetAddressFromIpAddressString("192.0.2.1");
  private static final InetAddress BOB =
      NetUtil.createInetAddressFromIpAddressString("2001:db8::2");
  private static final String ALICE_KEY = "web/192.0.2.1";
  private static final String BOB_KEY = "web/2001:db8::2";

  private final SourceLimit limit = new SourceLimit("web");
  private final SourceRow row = new SourceRow();

  private List<SourceCount> take(InetAddress source, int times) {
    List<SourceCount> taken = new ArrayList<>();
    for (int i = 0; i < times; i++) {
      taken.add(limit.tryTake(source));
    }
    assertThat(taken).doesNotContainNull();
    return taken;
  }

  private static InetAddress numbered(int number) {
    return NetUtil.createInetAddressFromIpAddressString(
        NetUtil.intToIpAddress((10 << 24) + number));
  }

  private static Map.Entry<String, Object> entry(String key, Object value) {
    return new AbstractMap.SimpleEntry<>(key, value);
  }

  @Test
  void changesAreDifferencesAndTheWholeRowHasHeavySources() {
    limit.configure(8, true);
    row.follow(List.of(limit));
    assertThat(row.changes()).isEmpty();
    List<SourceCount> taken = take(ALICE, 2);
    take(BOB, 3);
    assertThat(row.whole()).isEmpty();
    assertThat(row.changes().getMap()).containsOnly(entry(ALICE_KEY, 2), entry(BOB_KEY, 3));
    assertThat(row.changes()).isEmpty();
    taken.get(0).release();
    assertThat(row.whole().getMap()).containsOnly(entry(ALICE_KEY, 2), entry(BOB_KEY, 3));
    assertThat(row.changes().getMap()).containsOnly(entry(ALICE_KEY, null));
    assertThat(row.whole().getMap()).containsOnly(entry(BOB_KEY, 3));
    take(BOB, 1);
    assertThat(row.changes().getMap()).containsOnly(entry(BOB_KEY, 4));
  }

  @Test
  void removedLimitRemovesItsSourcesAndANewOneStartsAnew() {
    limit.configure(8, true);
    row.follow(List.of(limit));
    take(ALICE, 4);
    take(BOB, 4);
    row.changes();
    SourceLimit next = new SourceLimit("web");
    next.configure(1, true);
    assertThat(next.tryTake(BOB)).isNotNull();
    row.follow(List.of(next));
    assertThat(row.changes().getMap()).containsOnly(entry(ALICE_KEY, null), entry(BOB_KEY, 1));
    row.follow(List.of());
    assertThat(row.changes().getMap()).containsOnly(entry(BOB_KEY, null));
    assertThat(row.whole()).isEmpty();
  }

  @Test
  void sourceThatIsForgottenAndComesAgainIsShared() {
    limit.configure(2, true);
    row.follow(List.of(limit));
    take(ALICE, 1);
    row.changes();
    limit.configure(0, true);
    limit.configure(2, true);
    take(ALICE, 1);
    assertThat(row.changes().getMap()).containsOnly(entry(ALICE_KEY, 1));
    assertThat(row.whole().getMap()).containsOnly(entry(ALICE_KEY, 1));
  }

  @Test
  void onlyTheThousandHeaviestAreSharedAndOfEqualsTheSame() {
    limit.configure(2, true);
    row.follow(List.of(limit));
    for (int i = 0; i < 3_000; i++) {
      take(numbered(i), 1);
    }
    assertThat(row.changes().fieldNames()).hasSize(1_000);
    for (int i = 3_000; i < 6_000; i++) {
      take(numbered(i), 1);
    }
    assertThat(row.changes()).isEmpty();
    take(ALICE, 2);
    JsonObject changes = row.changes();
    assertThat(changes.getValue(ALICE_KEY)).isEqualTo(2);
    assertThat(changes.fieldNames()).hasSize(2);
    assertThat(row.whole().fieldNames()).hasSize(1_000).contains(ALICE_KEY);
  }

  @Test
  void lookingAtAThousandSourcesAllocatesNothingForEach() {
    limit.configure(1, true);
    row.follow(List.of(limit));
    for (int i = 0; i < 1_000; i++) {
      take(numbered(i), 1);
    }
    row.changes();
    long allocated = Allocations.ofSecondRun(() -> look(1000));
    // An empty object and iterators a look, not a byte a source.
    assertThat(allocated / 1000).isLessThan(1000);
  }

  private void look(int times) {
    for (int i = 0; i < times; i++) {
      assertThat(row.changes().isEmpty()).isTrue();
    }
  }
}
