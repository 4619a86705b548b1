package dev.fairlead.pool;

import static org.assertj.core.api.Assertions.assertThat;

import dev.fairlead.config.BackendConfig;
import dev.fairlead.config.BackendConfig.State;
import io.netty.channel.unix.DomainSocketAddress;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class BackendAddressesTest {

  @ParameterizedTest
  @ValueSource(strings = {"127.0.0.1", "::1", "2001:db8::1", "::ffff:10.0.0.1"})
  void ipAddressNeedsNoResolving(String literal) throws Exception {
    BackendAddresses addresses = new BackendAddresses(PoolFixture.backend(literal));
    assertThat(addresses.hostName()).isNull();
    assertThat(addresses.inOrder())
        .containsExactly(new InetSocketAddress(InetAddress.getByName(literal), 9001));
  }

  @Test
  void unixSocketIsItsPath() {
    BackendAddresses addresses =
        new BackendAddresses(new BackendConfig(null, 0, "/run/a.sock", 1, State.ENABLED));
    assertThat(addresses.hostName()).isNull();
    assertThat(addresses.inOrder()).containsExactly(new DomainSocketAddress("/run/a.sock"));
  }

  @Test
  void interfaceThatDoesNotExistHasNoAddressAndIsNoHostName() {
    BackendAddresses addresses = new BackendAddresses(PoolFixture.backend("fe80::1%nosuch0"));
    assertThat(addresses.hostName()).isNull();
    assertThat(addresses.inOrder()).isEmpty();
  }

  @Test
  void hostNameHasNoAddressBeforeTheFirstAnswer() {
    BackendAddresses addresses = new BackendAddresses(PoolFixture.backend("web.internal"));
    assertThat(addresses.hostName()).isEqualTo("web.internal");
    assertThat(addresses.inOrder()).isEmpty();
  }

  @Test
  void answersAreTakenInTheirOrderEachOnce() {
    BackendAddresses addresses = new BackendAddresses(PoolFixture.backend("web.internal"));
    addresses.resolved(List.of(ip(1), ip(2), ip(1)));
    assertThat(addresses.inOrder()).containsExactly(at(1), at(2));
    addresses.resolved(List.of(ip(2), ip(1)));
    assertThat(addresses.inOrder()).containsExactly(at(2), at(1));
  }

  @Test
  void addressThatLastWorkedComesFirst() {
    BackendAddresses addresses = new BackendAddresses(PoolFixture.backend("web.internal"));
    addresses.resolved(List.of(ip(1), ip(2), ip(3)));
    addresses.worked(at(3));
    assertThat(addresses.inOrder()).containsExactly(at(3), at(1), at(2));
    addresses.resolved(List.of(ip(1), ip(2), ip(3)));
    assertThat(addresses.inOrder()).containsExactly(at(3), at(1), at(2));
    addresses.worked(at(1));
    assertThat(addresses.inOrder()).containsExactly(at(1), at(3), at(2));
  }

  @Test
  void addressThatIsGoneIsNotBroughtBackByHavingWorked() {
    BackendAddresses addresses = new BackendAddresses(PoolFixture.backend("web.internal"));
    addresses.resolved(List.of(ip(1)));
    addresses.worked(at(9));
    assertThat(addresses.inOrder()).containsExactly(at(1));
  }

  @Test
  void listInUseDoesNotChange() {
    BackendAddresses addresses = new BackendAddresses(PoolFixture.backend("web.internal"));
    addresses.resolved(List.of(ip(1), ip(2)));
    List<SocketAddress> inUse = addresses.inOrder();
    addresses.worked(at(2));
    addresses.resolved(List.of(ip(7)));
    assertThat(new ArrayList<>(inUse)).containsExactly(at(1), at(2));
  }

  private static InetAddress ip(int last) {
    try {
      return InetAddress.getByAddress(new byte[] {10, 0, 0, (byte) last});
    } catch (UnknownHostException impossible) {
      throw new AssertionError(impossible);
    }
  }

  private static SocketAddress at(int last) {
    return new InetSocketAddress(ip(last), 9001);
  }
}
