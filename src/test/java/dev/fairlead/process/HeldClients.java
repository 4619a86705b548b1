package dev.fairlead.process;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** Clients that stay connected. One thread. */
final class HeldClients implements AutoCloseable {
  private final List<PingClient> clients = new ArrayList<>();

  /** Adds one that has its backend. */
  void add(int port) throws IOException {
    PingClient client = PingClient.connect(port);
    clients.add(client);
    assertThat(client.ping()).isEqualTo("PONG");
  }

  /** Fails unless every one is answered. */
  void pingAll() throws IOException {
    for (PingClient client : clients) {
      assertThat(client.ping()).isEqualTo("PONG");
    }
  }

  @Override
  public void close() throws IOException {
    for (PingClient client : clients) {
      client.close();
    }
  }
}
