package dev.fairlead.testkit;

import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.nio.NioDatagramChannel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.handler.codec.dns.DatagramDnsQuery;
import io.netty.handler.codec.dns.DatagramDnsQueryDecoder;
import io.netty.handler.codec.dns.DatagramDnsResponse;
import io.netty.handler.codec.dns.DatagramDnsResponseEncoder;
import io.netty.handler.codec.dns.DefaultDnsRawRecord;
import io.netty.handler.codec.dns.DefaultDnsResponse;
import io.netty.handler.codec.dns.DnsQuery;
import io.netty.handler.codec.dns.DnsQuestion;
import io.netty.handler.codec.dns.DnsRecordType;
import io.netty.handler.codec.dns.DnsResponse;
import io.netty.handler.codec.dns.DnsResponseCode;
import io.netty.handler.codec.dns.DnsSection;
import io.netty.handler.codec.dns.TcpDnsQueryDecoder;
import io.netty.handler.codec.dns.TcpDnsResponseEncoder;
import io.netty.util.NetUtil;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** A name server on 127.0.0.1, over UDP and TCP, whose records may change. Any thread. */
public final class DnsServer implements AutoCloseable {
  /** Answers with more records than that are truncated over UDP. */
  private static final int RECORDS_OVER_UDP = 20;

  private final MultiThreadIoEventLoopGroup loops =
      new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
  private final Map<String, List<byte[]>> records = new ConcurrentHashMap<>();
  private final Map<String, DnsResponseCode> codes = new ConcurrentHashMap<>();
  private final AtomicInteger questions = new AtomicInteger();
  private final AtomicInteger overTcp = new AtomicInteger();
  private final Channel udp;

  private DnsServer() {
    Channel tcp =
        new ServerBootstrap()
            .group(loops)
            .channel(NioServerSocketChannel.class)
            .childHandler(
                new ChannelInitializer<SocketChannel>() {
                  @Override
                  protected void initChannel(SocketChannel channel) {
                    channel
                        .pipeline()
                        .addLast(new TcpDnsQueryDecoder(), new TcpDnsResponseEncoder())
                        .addLast(new OverTcp());
                  }
                })
            .bind(InetAddress.getLoopbackAddress(), 0)
            .syncUninterruptibly()
            .channel();
    udp =
        new Bootstrap()
            .group(loops)
            .channel(NioDatagramChannel.class)
            .handler(
                new ChannelInitializer<NioDatagramChannel>() {
                  @Override
                  protected void initChannel(NioDatagramChannel channel) {
                    channel
                        .pipeline()
                        .addLast(new DatagramDnsQueryDecoder(), new DatagramDnsResponseEncoder())
                        .addLast(new OverUdp());
                  }
                })
            .bind(tcp.localAddress())
            .syncUninterruptibly()
            .channel();
  }

  /** A server without records: NXDOMAIN for everything. */
  public static DnsServer start() {
    return new DnsServer();
  }

  public InetSocketAddress address() {
    return (InetSocketAddress) udp.localAddress();
  }

  /** Replaces the A and AAAA records of {@code name}. */
  public void addresses(String name, String... addresses) {
    List<byte[]> v4 = new ArrayList<>();
    List<byte[]> v6 = new ArrayList<>();
    for (String address : addresses) {
      byte[] bytes = NetUtil.createByteArrayFromIpAddressString(address);
      (bytes.length == 4 ? v4 : v6).add(bytes);
    }
    records.put(key(DnsRecordType.A, name + "."), v4);
    records.put(key(DnsRecordType.AAAA, name + "."), v6);
  }

  /** Replaces the SRV records of {@code name}: {@code priority weight port target.} each. */
  public void services(String name, String... services) {
    List<byte[]> all = new ArrayList<>();
    for (String service : services) {
      String[] parts = service.split(" ", 4);
      ByteBuf data = Unpooled.buffer();
      for (int i = 0; i < 3; i++) {
        data.writeShort(Integer.parseInt(parts[i]));
      }
      for (String label : parts[3].substring(0, parts[3].length() - 1).split("\\.", -1)) {
        data.writeByte(label.length());
        data.writeBytes(label.getBytes(StandardCharsets.US_ASCII));
      }
      data.writeByte(0);
      byte[] bytes = new byte[data.readableBytes()];
      data.readBytes(bytes);
      all.add(bytes);
    }
    records.put(key(DnsRecordType.SRV, name + "."), all);
  }

  /** Answers questions for such records of {@code name} with {@code code} and nothing else. */
  public void answer(DnsRecordType type, String name, DnsResponseCode code) {
    codes.put(key(type, name + "."), code);
  }

  /** Answers them with records again. */
  public void answerWell() {
    codes.clear();
  }

  /** Questions that were answered. */
  public int questions() {
    return questions.get();
  }

  /** Questions that came over TCP. */
  public int overTcp() {
    return overTcp.get();
  }

  private static String key(DnsRecordType type, String name) {
    return type.name() + " " + name;
  }

  private void fill(DnsResponse response, DnsQuery query, int most) {
    questions.incrementAndGet();
    DnsQuestion question = query.recordAt(DnsSection.QUESTION);
    response.setRecursionAvailable(true).addRecord(DnsSection.QUESTION, question);
    String key = key(question.type(), question.name());
    List<byte[]> found = records.get(key);
    if (codes.containsKey(key) || found == null) {
      response.setCode(codes.getOrDefault(key, DnsResponseCode.NXDOMAIN));
    } else if (found.size() > most) {
      response.setTruncated(true);
    } else {
      found.forEach(
          data ->
              response.addRecord(
                  DnsSection.ANSWER,
                  new DefaultDnsRawRecord(
                      question.name(), question.type(), 0, Unpooled.wrappedBuffer(data))));
    }
  }

  private final class OverUdp extends SimpleChannelInboundHandler<DatagramDnsQuery> {
    @Override
    protected void channelRead0(ChannelHandlerContext ctx, DatagramDnsQuery query) {
      DatagramDnsResponse response =
          new DatagramDnsResponse(
              /* sender= */ query.recipient(), /* recipient= */ query.sender(), query.id());
      fill(response, query, RECORDS_OVER_UDP);
      ctx.writeAndFlush(response);
    }
  }

  private final class OverTcp extends SimpleChannelInboundHandler<DnsQuery> {
    @Override
    protected void channelRead0(ChannelHandlerContext ctx, DnsQuery query) {
      overTcp.incrementAndGet();
      DnsResponse response = new DefaultDnsResponse(query.id());
      fill(response, query, Integer.MAX_VALUE);
      ctx.writeAndFlush(response);
    }
  }

  @Override
  public void close() {
    loops.shutdownGracefully(0, 1, TimeUnit.SECONDS).syncUninterruptibly();
  }
}
