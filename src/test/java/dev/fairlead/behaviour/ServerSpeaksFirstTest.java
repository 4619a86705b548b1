package dev.fairlead.behaviour;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fairlead.config.NodeConfig.TransportKind;
import dev.fairlead.testkit.EveryTransport;
import dev.fairlead.testkit.MemberSetup;
import dev.fairlead.testkit.TestBackend;
import dev.fairlead.testkit.TestClient;
import dev.fairlead.testkit.TestConnection;
import dev.fairlead.testkit.TestMember;

/**
 * Ensured: neither side need speak first, and no byte waits for another one.
 *
 * <p>Provoked: a backend greets a client that is silent; then both speak one byte at a time.
 *
 * <p>A failure looks like: the client waits for the greeting, or a byte waits for the next.
 */
class ServerSpeaksFirstTest {
  private static final int TURNS = 500;

  @EveryTransport
  void greetingReachesASilentClient(TransportKind transport) throws Exception {
    try (TestBackend backend = TestBackend.manual();
        TestMember member = MemberSetup.on(transport).backends(backend).start();
        TestConnection client = TestClient.connect(member)) {
      TestConnection server = backend.next();
      server.send("220 ready\r\n");
      client.expect("220 ready\r\n");
      client.send("QUIT\r\n");
      server.expect("QUIT\r\n");
    }
  }

  @EveryTransport
  void everyByteArrivesAlone(TransportKind transport) throws Exception {
    try (TestBackend backend = TestBackend.manual();
        TestMember member = MemberSetup.on(transport).backends(backend).start();
        TestConnection client = TestClient.connect(member)) {
      TestConnection server = backend.next();
      for (int turn = 0; turn < TURNS; turn++) {
        byte[] one = {(byte) turn};
        client.send(one);
        assertThat(server.readSome(2)).isEqualTo(one);
        server.send(one);
        assertThat(client.readSome(2)).isEqualTo(one);
      }
      assertThat(member.session().bytesFromClient()).isEqualTo(TURNS);
      assertThat(member.session().bytesToClient()).isEqualTo(TURNS);
    }
  }
}
