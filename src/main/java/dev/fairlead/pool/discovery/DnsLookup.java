package dev.fairlead.pool.discovery;

import io.netty.buffer.ByteBuf;
import io.netty.channel.EventLoop;
import io.netty.channel.socket.SocketChannel;
import io.netty.handler.codec.dns.DefaultDnsQuestion;
import io.netty.handler.codec.dns.DefaultDnsRecordDecoder;
import io.netty.handler.codec.dns.DnsRawRecord;
import io.netty.handler.codec.dns.DnsRecord;
import io.netty.handler.codec.dns.DnsRecordType;
import io.netty.handler.codec.dns.DnsResponseCode;
import io.netty.resolver.dns.DnsErrorCauseException;
import io.netty.resolver.dns.DnsNameResolver;
import io.netty.resolver.dns.DnsNameResolverBuilder;
import io.netty.resolver.dns.DnsNameResolverChannelStrategy;
import io.netty.resolver.dns.DnsServerAddressStreamProvider;
import io.netty.resolver.dns.DnsServerAddressStreamProviders;
import io.netty.resolver.dns.NoopDnsCache;
import io.netty.resolver.dns.NoopDnsCnameCache;
import io.netty.util.ReferenceCountUtil;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.internal.VertxInternal;
import io.vertx.core.spi.transport.Transport;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;

/**
 * Queries the name servers of the machine over UDP, and over TCP when an answer is truncated.
 * Caches nothing. For addresses the hosts file has priority; the machine's search list applies to
 * both kinds of queries. All its channels are on one event loop.
 */
public final class DnsLookup implements ServiceLookup {
  /** For each name server. Raising it waits for slower ones, lowering it fails over earlier. */
  static final Duration TIMEOUT = Duration.ofSeconds(2);

  /** Fits one packet on every path (DNS flag day 2020); larger answers come over TCP. */
  private static final int PAYLOAD_BYTES = 1232;

  private final Vertx vertx;
  private final SearchList searchList;
  private final DnsNameResolver resolver;

  DnsLookup(Vertx vertx, DnsServerAddressStreamProvider servers, SearchList searchList) {
    this.vertx = vertx;
    this.searchList = searchList;
    Transport transport = ((VertxInternal) vertx).transport();
    EventLoop loop = ((VertxInternal) vertx).createEventLoopContext().nettyEventLoop();
    this.resolver =
        new DnsNameResolverBuilder(loop)
            .datagramChannelFactory(transport.datagramChannelFactory())
            .datagramChannelStrategy(DnsNameResolverChannelStrategy.ChannelPerResolution)
            .socketChannelFactory(
                () -> (SocketChannel) transport.channelFactory(false).newChannel(), true)
            .resolveCache(NoopDnsCache.INSTANCE)
            .cnameCache(NoopDnsCnameCache.INSTANCE)
            .hostsFileEntriesResolver((name, types) -> null)
            .searchDomains(List.of())
            .nameServerProvider(servers)
            .maxPayloadSize(PAYLOAD_BYTES)
            .queryTimeoutMillis(TIMEOUT.toMillis())
            .build();
  }

  /** The name servers, the search list and the hosts file of the machine. */
  public static DnsLookup ofMachine(Vertx vertx) {
    return new DnsLookup(
        vertx, DnsServerAddressStreamProviders.platformDefault(), SearchList.ofMachine());
  }

  @Override
  public Future<Addresses> addressesOf(String hostName) {
    return vertx
        .executeBlocking(() -> HostsFile.OF_MACHINE.addressesOf(hostName), false)
        .compose(
            found ->
                found.all().isEmpty()
                    ? search(searchList.names(hostName), 0, this::ask)
                    : Future.succeededFuture(found));
  }

  @Override
  public Future<List<Service>> servicesOf(String name) {
    return search(searchList.names(name), 0, this::askServices);
  }

  /** The first answer of {@code names} that is not null; a failure ends the search. */
  private <T> Future<T> search(List<String> names, int index, Function<String, Future<T>> ask) {
    if (index == names.size()) {
      return Future.failedFuture(new UnknownHostException("no such record"));
    }
    return ask.apply(names.get(index))
        .compose(
            answer ->
                answer == null ? search(names, index + 1, ask) : Future.succeededFuture(answer));
  }

  private Future<Addresses> ask(String name) {
    Future<List<InetAddress>> v4 = ask(name, DnsRecordType.A, record -> address(name, record));
    Future<List<InetAddress>> v6 = ask(name, DnsRecordType.AAAA, record -> address(name, record));
    return Future.join(v4, v6)
        .transform(
            done -> {
              Addresses found = new Addresses(v4.result(), v6.result());
              if (done.failed() && found.all().isEmpty()) {
                return Future.failedFuture(done.cause());
              }
              return Future.succeededFuture(found.all().isEmpty() ? null : found);
            });
  }

  private Future<List<Service>> askServices(String name) {
    return ask(name, DnsRecordType.SRV, DnsLookup::service)
        .map(records -> records.stream().filter(each -> !each.target().isEmpty()).toList())
        .map(records -> records.isEmpty() ? null : records);
  }

  /** The records of that type; empty if the name servers have none. */
  private <T> Future<List<T>> ask(String name, DnsRecordType type, Reader<T> reader) {
    Promise<List<T>> promise = Promise.promise();
    resolver
        .resolveAll(new DefaultDnsQuestion(name, type))
        .addListener(
            (io.netty.util.concurrent.Future<List<DnsRecord>> done) -> {
              if (done.isSuccess()) {
                read(done.getNow(), reader, promise);
              } else if (saysNone(done.cause())) {
                promise.complete(List.of());
              } else {
                promise.fail(done.cause());
              }
            });
    return promise.future();
  }

  private static <T> void read(
      List<DnsRecord> records, Reader<T> reader, Promise<List<T>> promise) {
    try {
      List<T> read = new ArrayList<>(records.size());
      for (DnsRecord record : records) {
        read.add(reader.read(((DnsRawRecord) record).content()));
      }
      promise.complete(read);
    } catch (UnknownHostException | RuntimeException malformed) {
      promise.fail(malformed);
    } finally {
      records.forEach(ReferenceCountUtil::release);
    }
  }

  /** Reads the data of one record; may move its reader index. */
  private interface Reader<T> {
    T read(ByteBuf content) throws UnknownHostException;
  }

  private static InetAddress address(String name, ByteBuf content) throws UnknownHostException {
    byte[] bytes = new byte[content.readableBytes()];
    content.readBytes(bytes);
    return InetAddress.getByAddress(name, bytes);
  }

  private static Service service(ByteBuf content) {
    int priority = content.readUnsignedShort();
    int weight = content.readUnsignedShort();
    int port = content.readUnsignedShort();
    String target = DefaultDnsRecordDecoder.decodeName(content).toLowerCase(Locale.ROOT);
    return new Service(priority, weight, port, target.substring(0, target.length() - 1));
  }

  /** Whether the query was answered: there is no such record. */
  private static boolean saysNone(Throwable cause) {
    for (Throwable each = cause; each != null; each = each.getCause()) {
      if (each instanceof DnsErrorCauseException told) {
        return told.getCode().equals(DnsResponseCode.NXDOMAIN)
            || told.getCode().equals(DnsResponseCode.NOERROR);
      }
    }
    return cause instanceof UnknownHostException
        && cause.getCause() == null; // Every server has answered, none of them with a record.
  }

  @Override
  public void close() {
    resolver.close();
  }
}
