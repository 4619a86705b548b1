package dev.fairlead.behaviour;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fairlead.config.NodeConfig.TransportKind;
import dev.fairlead.testkit.Background;
import dev.fairlead.testkit.EveryTransport;
import dev.fairlead.testkit.MemberSetup;
import dev.fairlead.testkit.Payload;
import dev.fairlead.testkit.TestBackend;
import dev.fairlead.testkit.TestClient;
import dev.fairlead.testkit.TestConnection;
import dev.fairlead.testkit.TestMember;
import java.util.concurrent.Future;

/**
 * Ensured: what arrives is what was sent, in both directions at once, whichever side is slow.
 *
 * <p>Provoked: noise is sent both ways at once and compared by its SHA-256 at the other end; then
 * to a reader with a small window that takes odd pieces.
 *
 * <p>A failure looks like: another digest, fewer bytes, or a transfer that never ends.
 */
class LargeTransferTest {
  private static final long LARGE = 64 * 1024 * 1024;
  private static final long TO_SLOW_READER = 2 * 1024 * 1024;
  private static final int ODD = 1009;

  @EveryTransport
  void bothDirectionsAtOnceArriveWhole(TransportKind transport) throws Exception {
    try (TestBackend backend = TestBackend.manual();
        TestMember member = MemberSetup.on(transport).backends(backend).start();
        TestConnection client = TestClient.connect(member)) {
      Payload.exchange(client, backend.next(), LARGE);
      member.awaitSessions(0);
    }
  }

  @EveryTransport
  void slowReaderGetsAllOfIt(TransportKind transport) throws Exception {
    try (TestBackend backend = TestBackend.manual();
        TestMember member = MemberSetup.on(transport).backends(backend).start();
        TestConnection client = TestClient.connectWithSmallBuffer(member);
        Background background = new Background()) {
      TestConnection server = backend.next();
      Future<Payload> sent = background.start(() -> Payload.sendAll(server, 3, TO_SLOW_READER));
      assertThat(Payload.receiveInPieces(client, ODD)).isEqualTo(sent.get());
    }
  }
}
