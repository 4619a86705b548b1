package dev.fairlead.observe;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonFactoryBuilder;
import com.fasterxml.jackson.core.JsonGenerator;
import dev.fairlead.event.SystemEvent;
import dev.fairlead.net.tls.TlsDetails;
import dev.fairlead.session.SessionRecord;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.List;

/**
 * Formats access log lines: one JSON object and a line feed per session, in UTF-8. Names and order
 * of the fields are API.
 */
final class AccessLogLine {
  private static final JsonFactory JSON = new JsonFactoryBuilder().rootValueSeparator("\n").build();

  private static final int USUAL_LENGTH = 384;

  private AccessLogLine() {}

  /** The lines of {@code records}, each with a line feed. */
  static byte[] render(List<SessionRecord> records) throws IOException {
    ByteArrayOutputStream lines = new ByteArrayOutputStream(records.size() * USUAL_LENGTH);
    try (JsonGenerator json = JSON.createGenerator(lines)) {
      for (SessionRecord record : records) {
        write(json, record);
      }
    }
    if (!records.isEmpty()) {
      lines.write('\n');
    }
    return lines.toByteArray();
  }

  private static void write(JsonGenerator json, SessionRecord record) throws IOException {
    json.writeStartObject();
    json.writeStringField("time", SystemEvent.TIME.format(record.time()));
    json.writeStringField("session", record.session());
    json.writeStringField("listener", record.listener());
    json.writeStringField("source", record.sourceText());
    if (record.port() != 0) {
      json.writeNumberField("port", record.port());
    }
    if (record.peer() != null) {
      json.writeStringField("peer", record.peerText());
    }
    if (record.tls() != null) {
      writeTls(json, record.tls());
    }
    json.writeStringField("sni", record.sni());
    json.writeStringField("route", record.route());
    json.writeStringField("pool", record.pool());
    json.writeStringField("backend", record.backend());
    json.writeNumberField("attempts", record.attempts());
    writeConnectMs(json, record.connectMs());
    json.writeNumberField("durationMs", record.durationMs());
    json.writeNumberField("bytesFromClient", record.bytesFromClient());
    json.writeNumberField("bytesToClient", record.bytesToClient());
    json.writeStringField("reason", record.reason() == null ? null : record.reason().label());
    json.writeStringField("phase", record.phase() == null ? null : record.phase().label());
    json.writeEndObject();
  }

  private static void writeTls(JsonGenerator json, TlsDetails tls) throws IOException {
    json.writeObjectFieldStart("tls");
    json.writeStringField("version", tls.version());
    json.writeStringField("cipher", tls.cipher());
    json.writeBooleanField("resumed", tls.resumed());
    json.writeStringField("alpn", tls.alpn());
    json.writeStringField("clientName", tls.clientName());
    json.writeEndObject();
  }

  private static void writeConnectMs(JsonGenerator json, long connectMs) throws IOException {
    if (connectMs < 0) {
      json.writeNullField("connectMs");
    } else {
      json.writeNumberField("connectMs", connectMs);
    }
  }
}
