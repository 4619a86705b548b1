package dev.fairlead.net.tls;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.netty.handler.ssl.OpenSslSessionTicketKey;
import java.time.Instant;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * Ensures that members with one secret make the same keys, and others not. Provoked by the test
 * vectors of RFC 5869 and by comparing keys. A failure would be sessions that no other member
 * resumes, or that a listener with other clients does.
 */
final class TicketKeysTest {
  private static final byte[] SECRET = "a secret of a cluster".getBytes(UTF_8);
  private static final TicketKeys KEYS = TicketKeys.ofCluster(List.of(SECRET));

  @Test
  void testVectorsOfRfc5869() {
    HexFormat hex = HexFormat.of();
    assertThat(
            TicketKeys.hkdf(
                hex.parseHex("0b".repeat(22)),
                hex.parseHex("000102030405060708090a0b0c"),
                hex.parseHex("f0f1f2f3f4f5f6f7f8f9"),
                42))
        .isEqualTo(
            hex.parseHex(
                "3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf34007208d5b887185865"));
    assertThat(TicketKeys.hkdf(range(0x00, 80), range(0x60, 80), range(0xb0, 80), 82))
        .isEqualTo(
            hex.parseHex(
                "b11e398dc80327a1c8e7f78c596a49344f012eda2d4efad8a050cc4c19afa97c"
                    + "59045a99cac7827271cb41c65e590e09da3275600c2f09b8367793a9aca3db71"
                    + "cc30c58179ec3e87c14c01d5c1f3434f1d87"));
    assertThat(TicketKeys.hkdf(hex.parseHex("0b".repeat(22)), new byte[0], new byte[0], 42))
        .isEqualTo(
            hex.parseHex(
                "8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d9d201395faa4b61a96c8"));
  }

  @Test
  void membersWithOneSecretMakeTheSameKeys() {
    assertThat(sealing(TicketKeys.ofCluster(List.of(SECRET.clone())), "web", 7))
        .isEqualTo(sealing(KEYS, "web", 7));
    assertThat(sealing(KEYS, "web", 7)).hasSize(48);
  }

  @Test
  void anotherListenerPeriodOrSecretMakesOtherKeys() {
    byte[] key = sealing(KEYS, "web", 7);

    assertThat(sealing(KEYS, "mail", 7)).isNotEqualTo(key);
    assertThat(sealing(KEYS, "web", 8)).isNotEqualTo(key);
    assertThat(sealing(TicketKeys.ofCluster(List.of("other".getBytes(UTF_8))), "web", 7))
        .isNotEqualTo(key);
  }

  @Test
  void thePeriodBeforeAndTheNextAreOpenedToo() {
    assertThat(all(KEYS, "web", 7))
        .containsExactly(sealing(KEYS, "web", 7), sealing(KEYS, "web", 6), sealing(KEYS, "web", 8));
  }

  @Test
  void aSecretThatIsBeingReplacedStillOpens() {
    byte[] next = "the next secret".getBytes(UTF_8);
    List<byte[]> both = all(TicketKeys.ofCluster(List.of(next, SECRET)), "web", 7);

    assertThat(both.get(0)).isEqualTo(sealing(TicketKeys.ofCluster(List.of(next)), "web", 7));
    assertThat(both).hasSize(6).contains(sealing(KEYS, "web", 7));
  }

  @Test
  void keysOfAMemberAreKeptForOnePeriodMore() {
    TicketKeys member = TicketKeys.ofMember();
    byte[] first = sealing(member, "web", 7);

    assertThat(sealing(member, "web", 7)).isEqualTo(first);
    assertThat(sealing(TicketKeys.ofMember(), "web", 7)).isNotEqualTo(first);
    assertThat(all(member, "web", 8).get(0)).isNotEqualTo(first);
    assertThat(all(member, "web", 8).get(1)).isEqualTo(first);
    assertThat(all(member, "web", 10)).hasSize(1).doesNotContain(first);
  }

  @Test
  void aPeriodHasTwelveHours() {
    long period = TicketKeys.period(Instant.parse("2026-11-29T00:00:00Z"));

    assertThat(TicketKeys.period(Instant.parse("2026-11-29T11:59:59Z"))).isEqualTo(period);
    assertThat(TicketKeys.period(Instant.parse("2026-11-29T12:00:00Z"))).isEqualTo(period + 1);
  }

  @Test
  void keysAreNotPrinted() {
    assertThat(KEYS).hasToString("TicketKeys[not shown]");
  }

  private static byte[] sealing(TicketKeys keys, String identity, long period) {
    return all(keys, identity, period).get(0);
  }

  private static List<byte[]> all(TicketKeys keys, String identity, long period) {
    return keys.keys(identity, period).stream().map(TicketKeysTest::bytes).toList();
  }

  private static byte[] bytes(OpenSslSessionTicketKey key) {
    HexFormat hex = HexFormat.of();
    return hex.parseHex(
        hex.formatHex(key.name()) + hex.formatHex(key.hmacKey()) + hex.formatHex(key.aesKey()));
  }

  private static byte[] range(int from, int count) {
    byte[] bytes = new byte[count];
    for (int i = 0; i < count; i++) {
      bytes[i] = (byte) (from + i);
    }
    return bytes;
  }
}
