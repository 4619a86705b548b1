package dev.fairlead.net;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.channel.ChannelException;
import io.netty.channel.ConnectTimeoutException;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.net.BindException;
import java.net.ConnectException;
import java.net.NoRouteToHostException;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

class ConnectFailureTest {

  static Stream<Arguments> failures() {
    return Stream.of(
        Arguments.of(new ConnectException("Connection refused"), ConnectFailure.REFUSED),
        Arguments.of(
            new ConnectException("finishConnect(..) failed with error(-111): Connection refused"),
            ConnectFailure.REFUSED),
        Arguments.of(new ConnectTimeoutException("after 5000 ms"), ConnectFailure.TIMED_OUT),
        Arguments.of(new ConnectException("Connection timed out"), ConnectFailure.TIMED_OUT),
        Arguments.of(new NoRouteToHostException("No route to host"), ConnectFailure.UNREACHABLE),
        Arguments.of(new ConnectException("Network is unreachable"), ConnectFailure.UNREACHABLE),
        Arguments.of(new FileNotFoundException("no socket file"), ConnectFailure.UNREACHABLE),
        Arguments.of(
            new BindException("Cannot assign requested address"), ConnectFailure.NO_LOCAL_PORT),
        Arguments.of(
            new ConnectException("connect(..): Cannot assign requested address"),
            ConnectFailure.NO_LOCAL_PORT),
        Arguments.of(
            new ChannelException(new IOException("Too many open files")),
            ConnectFailure.NO_LOCAL_PORT),
        Arguments.of(new IOException("something else"), ConnectFailure.UNREACHABLE));
  }

  @ParameterizedTest
  @MethodSource("failures")
  void tellsTheCauseOfAnException(Throwable exception, ConnectFailure expected) {
    assertThat(ConnectFailure.of(exception)).isEqualTo(expected);
  }

  @ParameterizedTest
  @EnumSource(ConnectFailure.class)
  void theClientIsNeverToldAnAddress(ConnectFailure failure) {
    assertThat(failure.cause()).matches("[a-z ]+");
  }

  @Test
  void whatOneAddressLacksHereExcusesNoOther() {
    assertThat(ConnectFailure.REFUSED.after(null)).isEqualTo(ConnectFailure.REFUSED);
    assertThat(ConnectFailure.NO_LOCAL_PORT.after(null)).isEqualTo(ConnectFailure.NO_LOCAL_PORT);
    assertThat(ConnectFailure.NO_LOCAL_PORT.after(ConnectFailure.REFUSED))
        .isEqualTo(ConnectFailure.REFUSED);
    assertThat(ConnectFailure.TIMED_OUT.after(ConnectFailure.REFUSED))
        .isEqualTo(ConnectFailure.TIMED_OUT);
  }
}
