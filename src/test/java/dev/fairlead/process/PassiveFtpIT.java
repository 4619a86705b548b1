package dev.fairlead.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.fairlead.config.NodeConfig.TransportKind;
import dev.fairlead.pool.Backend;
import dev.fairlead.testkit.EveryTransport;
import dev.fairlead.testkit.FreePorts;
import dev.fairlead.testkit.MemberSetup;
import dev.fairlead.testkit.Program;
import dev.fairlead.testkit.TestMember;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;

/**
 * Ensures that the configuration of docs/ports.md carries passive FTP to two real servers: both
 * connections of a client reach the same one. Provoked by vsftpd, which tells a port of the range
 * on the control connection, and curl, from many addresses and with both commands. A failure is a
 * transfer that does not begin, or a file of the other server.
 */
@Tag("slow")
class PassiveFtpIT {
  private static final int DATA_PORTS = 20;
  private static final int LARGE = 3_000_000;

  @TempDir private Path directory;

  /** The first configuration below the heading, at ports of this test. */
  private static String documented(int control) throws IOException {
    String page = Files.readString(Path.of("docs/ports.md"));
    int begin = page.indexOf("```yaml\n", page.indexOf("## Passive FTP")) + "```yaml\n".length();
    return page.substring(begin, page.indexOf("```", begin))
        .replace("0.0.0.0:21\n", "127.0.0.1:" + control + "\n")
        .replace("0.0.0.0:30000-30099", "127.0.0.1:" + data(control) + "-" + last(control))
        .replace("10.0.0.1,", "127.0.0.2,")
        .replace("10.0.0.2,", "127.0.0.3,")
        .replace("port: 21\n", "port: " + control + "\n");
  }

  private static int data(int control) {
    return control + 1;
  }

  private static int last(int control) {
    return control + DATA_PORTS;
  }

  /** Anonymous clients read from a directory of its own, whose file says which server it is. */
  private Program vsftpd(String host, int control) throws IOException {
    Path root = Files.createDirectory(directory.resolve(host));
    Path empty = Files.createDirectory(directory.resolve(host + "-empty"));
    Files.writeString(root.resolve("who"), host);
    Files.write(root.resolve("large"), new byte[LARGE]);
    Path file =
        Files.writeString(
            directory.resolve(host + ".conf"),
            String.join(
                "\n",
                "listen=YES",
                "listen_address=" + host,
                "listen_port=" + control,
                "background=NO",
                "run_as_launching_user=YES",
                "anonymous_enable=YES",
                "local_enable=NO",
                "no_anon_password=YES",
                "anon_root=" + root,
                "anon_world_readable_only=NO",
                "ftp_username=" + System.getProperty("user.name"),
                "secure_chroot_dir=" + empty,
                "pasv_min_port=" + data(control),
                "pasv_max_port=" + last(control),
                "pasv_address=127.0.0.1",
                "seccomp_sandbox=NO",
                ""));
    return Program.start(directory, "vsftpd", file.toString());
  }

  private String curl(String source, int control, String file, String... more) throws IOException {
    String[] command = new String[more.length + 7];
    System.arraycopy(more, 0, command, 7, more.length);
    command[0] = "curl";
    command[1] = "-sS";
    command[2] = "--max-time";
    command[3] = "20";
    command[4] = "--interface";
    command[5] = source;
    command[6] = "ftp://127.0.0.1:" + control + "/" + file;
    return Program.run(directory, command).output();
  }

  @EveryTransport
  void bothConnectionsOfAClientReachOneServer(TransportKind transport) throws Exception {
    Program.assumeInstalled("vsftpd", "curl");
    int control = FreePorts.run(DATA_PORTS + 1);
    try (Program one = vsftpd("127.0.0.2", control);
        Program two = vsftpd("127.0.0.3", control);
        TestMember member = MemberSetup.on(transport).start(documented(control))) {
      await()
          .until(
              () -> member.view().pools().get(0).backends().stream().allMatch(Backend::isHealthy));
      assertThat(one.process().isAlive() && two.process().isAlive()).isTrue();
      Set<String> hosts = new TreeSet<>();
      for (int i = 1; i <= 8; i++) {
        String source = "127.0.1." + i;
        String host = curl(source, control, "who");
        hosts.add(host);
        String pasv = curl(source, control, "who", "--disable-epsv", "--no-ftp-skip-pasv-ip");
        assertThat(pasv).as(source).isEqualTo(host);
      }
      assertThat(hosts).containsExactly("127.0.0.2", "127.0.0.3");
      assertThat(curl("127.0.1.9", control, "large", "-o", "/dev/null", "-w", "%{size_download}"))
          .isEqualTo(Integer.toString(LARGE));
      member.awaitSessions(0);
      assertThat(member.view().listeners())
          .extracting(each -> each.name() + " " + each.total())
          .containsExactly("ftp 17", "ftp-data 17");
    }
  }
}
