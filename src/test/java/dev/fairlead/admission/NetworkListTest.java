package dev.fairlead.admission;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.fairlead.admission.NetworkList.NetworkListException;
import dev.fairlead.config.Cidr;
import dev.fairlead.config.ListenerConfig.AccessConfig;
import dev.fairlead.config.ListenerConfig.ListFile;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class NetworkListTest {
  @TempDir private Path directory;

  private Path file(String text) throws IOException {
    return Files.writeString(directory.resolve("list.txt"), text);
  }

  private void assertRefused(String text, String expected) throws IOException {
    Path file = file(text);
    assertThatThrownBy(() -> NetworkList.read(file))
        .isInstanceOf(NetworkListException.class)
        .hasMessage(expected);
  }

  @Test
  void eachLineIsANetworkAnAddressOrAComment() throws Exception {
    NetworkList list =
        NetworkList.read(file("# office\n10.0.0.0/8\n\n  192.0.2.7 # a printer\r\n2001:db8::/32"));
    assertThat(list.networks())
        .containsExactly(Cidr.of("10.0.0.0/8"), Cidr.of("192.0.2.7"), Cidr.of("2001:db8::/32"));
    assertThat(list.entryOf(InetAddress.getByName("192.0.2.7")))
        .isEqualTo("192.0.2.7 (" + list.file() + ":4)");
    assertThat(list.entryOf(InetAddress.getByName("10.9.9.9"))).endsWith(":2)");
    assertThat(list.entryOf(InetAddress.getByName("2001:db8::1"))).endsWith(":5)");
    assertThat(list.entryOf(InetAddress.getByName("192.0.2.8"))).isNull();
  }

  @Test
  void whatIsNoNetworkIsRefusedWithItsLine() throws IOException {
    assertRefused(
        "10.0.0.0/8\n10.0.0.0/99\n", "in line 2 a prefix of 0 to 32, but it is 10.0.0.0/99");
    assertRefused(
        "office\u001b\n",
        "in line 1 a network such as 10.0.0.0/8 or 2001:db8::/32, or an IP address, but it is"
            + " office?");
    assertRefused("10.0.0.1 10.0.0.2 ".repeat(100), "in line 1 a network");
  }

  @Test
  void whatIsNoReadableFileIsRefused() {
    assertThatThrownBy(() -> NetworkList.read(directory)).hasMessage("a regular file");
    assertThatThrownBy(() -> NetworkList.read(directory.resolve("none")))
        .hasMessage("a file that can be read");
  }

  @Test
  void anEmptyFileOfAllowedAdmitsNobody() throws Exception {
    Path file = file("# nobody yet\n");
    NetworkList list = NetworkList.read(file);
    List<ListFile> files = List.of(new ListFile(0, file));
    InetAddress client = InetAddress.getByName("192.0.2.7");
    assertThat(access(List.of(), files, List.of(), list).admits(client)).isFalse();
    assertThat(access(List.of(), List.of(), files, list).admits(client)).isTrue();
  }

  @Test
  void hundredThousandEntriesAreFoundAtOnce() throws Exception {
    Path file =
        file(
            IntStream.range(0, 100_000)
                .mapToObj(i -> "10." + (i >> 16) + "." + (i >> 8 & 0xff) + "." + (i & 0xff))
                .collect(Collectors.joining("\n")));
    AccessList access =
        access(List.of(), List.of(), List.of(new ListFile(0, file)), NetworkList.read(file));
    assertThat(access.admits(InetAddress.getByName("10.1.134.159"))).isFalse();
    assertThat(access.admits(InetAddress.getByName("10.1.134.160"))).isTrue();
  }

  private static AccessList access(
      List<Cidr> allow, List<ListFile> allowFiles, List<ListFile> denyFiles, NetworkList list) {
    return AccessList.of(
        new AccessConfig(allow, List.of(), allowFiles, denyFiles), file -> list.networks());
  }
}
