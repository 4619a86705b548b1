package dev.fairlead.testkit;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.vertx.core.json.JsonObject;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;

/** A client of an admin listener's server-sent events, with a small receive buffer. One thread. */
public final class EventReader implements AutoCloseable {
  private static final String NAME = "event: ";
  private static final String DATA = "data: ";

  private final Socket socket = new Socket();
  private final BufferedReader in;

  /** Requests {@code path} of the admin listener at that port of this machine. */
  public EventReader(int port, String path) throws IOException {
    socket.setReceiveBufferSize(4096);
    socket.setSoTimeout((int) TestRun.PATIENCE.toMillis());
    socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
    String request = "GET " + path + " HTTP/1.1\r\nHost: localhost\r\n\r\n";
    socket.getOutputStream().write(request.getBytes(UTF_8));
    in = new BufferedReader(new InputStreamReader(socket.getInputStream(), UTF_8));
  }

  /** The next line, also one of the head or of the chunks. */
  public String line() throws IOException {
    return in.readLine();
  }

  /** The name of the next event. */
  public String nextName() throws IOException {
    String line = in.readLine();
    while (!line.startsWith(NAME)) {
      line = in.readLine();
    }
    return line.substring(NAME.length());
  }

  /** The next event of that name, whatever comes before it. */
  public JsonObject next(String name) throws IOException {
    while (!nextName().equals(name)) {
      // Others are passed over.
    }
    return new JsonObject(in.readLine().substring(DATA.length()));
  }

  /** Reads to the end, which comes as such or as a reset. */
  public void readToTheEnd() throws IOException {
    try {
      while (in.readLine() != null) {
        // What was written before the end.
      }
    } catch (SocketException reset) {
      // The end as well.
    }
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }
}
