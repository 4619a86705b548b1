package dev.fairlead.cluster.load;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fairlead.admission.SourceCount;
import dev.fairlead.admission.SourceLimit;
import io.netty.util.NetUtil;
import io.vertx.core.json.JsonObject;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class PeerSourceCountsTest {
  private static final InetAddress ALICE =
      NetUtil.createInetAddressFromIpAddressString("192.0.2.1");
  private static final String KEY = "web/192.0.2.1";

  private final SourceLimit limit = new SourceLimit("web");
  private final SourceRow row = new SourceRow();
  private final PeerCounts sums = new PeerCounts(row::receiver);

  @BeforeEach
  void limit() {
    limit.configure(100, true);
  }

  private void follow(SourceLimit inForce) {
    row.follow(List.of(inForce));
    sums.follow();
  }

  private static JsonObject count(Object count) {
    return new JsonObject().put(KEY, count);
  }

  private static int others(SourceLimit limit) {
    List<SourceCount> taken = new ArrayList<>();
    SourceCount next = limit.tryTake(ALICE);
    while (next != null) {
      taken.add(next);
      next = limit.tryTake(ALICE);
    }
    taken.forEach(SourceCount::release);
    return 100 - taken.size();
  }

  @Test
  void sumsFollowEveryChange() {
    follow(limit);
    sums.changed("a", count(30));
    sums.changed("b", count(40));
    assertThat(others(limit)).isEqualTo(70);
    sums.changed("a", count(35));
    assertThat(others(limit)).isEqualTo(75);
    sums.changed("a", count(null));
    assertThat(others(limit)).isEqualTo(40);
    sums.gone("b");
    sums.gone("b");
    assertThat(others(limit)).isZero();
    sums.second();
    assertThat(others(limit)).isZero();
  }

  @Test
  void newLimitIsGivenThePeersSumAndTheOldOneIsReset() {
    sums.changed("a", count(30));
    follow(limit);
    assertThat(others(limit)).isEqualTo(30);
    SourceLimit next = new SourceLimit("web");
    next.configure(100, true);
    follow(next);
    assertThat(others(next)).isEqualTo(30);
    assertThat(others(limit)).isZero();
  }

  @Test
  void sumsAreComputedAnewEverySecond() {
    follow(limit);
    sums.changed("a", count(30));
    limit.others(ALICE, 99);
    sums.second();
    assertThat(others(limit)).isEqualTo(30);
    limit.configure(0, true);
    limit.configure(100, true);
    assertThat(others(limit)).isZero();
    sums.second();
    assertThat(others(limit)).isEqualTo(30);
  }

  @Test
  void valueThatIsNoCountAndKeyThatIsNoSourceAreIgnored() {
    follow(limit);
    sums.changed("a", count("many"));
    sums.changed("b", count(-5));
    assertThat(others(limit)).isZero();
    JsonObject nonsense =
        new JsonObject()
            .put("web/", 1)
            .put("", 1)
            .put("192.0.2.1", 1)
            .put("web/localhost", 1)
            .put("mail/192.0.2.1", 1);
    sums.changed("a", nonsense);
    assertThat(others(limit)).isZero();
    sums.changed("a", count(Integer.MAX_VALUE));
    sums.changed("b", count(Integer.MAX_VALUE));
    assertThat(others(limit)).isEqualTo(100);
    sums.changed("a", count(30));
    sums.gone("b");
    assertThat(others(limit)).isEqualTo(30);
  }
}
