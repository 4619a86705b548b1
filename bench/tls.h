// TLS 1.3 of the load's clients, by OpenSSL. One cipher and one group are offered, so that all proxies
// do the same work. Without -DWITH_TLS the load generator has no TLS and needs no OpenSSL.
#ifndef TLS_H
#define TLS_H

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>

#ifdef WITH_TLS
#include <openssl/err.h>
#include <openssl/ssl.h>

static SSL_CTX *tls_context;      // NULL = clients in clear
static SSL_SESSION *tls_session;  // the newest that a ticket came for
static bool tls_resumes;

static int tls_keep_session(SSL *ssl, SSL_SESSION *session) {
  (void)ssl;
  SSL_SESSION_free(tls_session);
  tls_session = SSL_SESSION_dup(session);
  return 0;
}

static void tls_prepare(const char *handshakes) {
  tls_resumes = strcmp(handshakes, "resumed") == 0;
  tls_context = SSL_CTX_new(TLS_client_method());
  if (tls_context == NULL || !SSL_CTX_set_min_proto_version(tls_context, TLS1_3_VERSION) ||
      !SSL_CTX_set_ciphersuites(tls_context, "TLS_AES_128_GCM_SHA256") ||
      !SSL_CTX_set1_groups_list(tls_context, "X25519")) {
    ERR_print_errors_fp(stderr);
    exit(2);
  }
  SSL_CTX_set_mode(tls_context, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_RELEASE_BUFFERS |
                                    SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
  if (!tls_resumes) return;
  SSL_CTX_set_session_cache_mode(tls_context, SSL_SESS_CACHE_CLIENT | SSL_SESS_CACHE_NO_INTERNAL);
  SSL_CTX_sess_set_new_cb(tls_context, tls_keep_session);
}

// The client's end on a connected socket; NULL = in clear.
static SSL *tls_client(int fd) {
  if (tls_context == NULL) return NULL;
  SSL *ssl = SSL_new(tls_context);
  SSL_set_fd(ssl, fd);
  SSL_set_connect_state(ssl);
  if (tls_session != NULL) {  // a copy, because OpenSSL uses a session of TLS 1.3 only once
    SSL_SESSION *copy = SSL_SESSION_dup(tls_session);
    SSL_set_session(ssl, copy);
    SSL_SESSION_free(copy);
  }
  return ssl;
}

// As of recv(2) and send(2).
static ssize_t tls_result(SSL *ssl, int result) {
  if (result > 0) return result;
  int error = SSL_get_error(ssl, result);
  ERR_clear_error();  // else the next operation of any connection would seem to fail
  if (error == SSL_ERROR_ZERO_RETURN) return 0;
  errno = error == SSL_ERROR_WANT_READ || error == SSL_ERROR_WANT_WRITE ? EAGAIN : EPROTO;
  return -1;
}

static ssize_t tls_handshake(SSL *ssl) { return tls_result(ssl, SSL_do_handshake(ssl)); }

static bool tls_awaits_ticket(void) { return tls_resumes && tls_session == NULL; }

static bool tls_is_unresumed(SSL *ssl) { return tls_resumes && !SSL_session_reused(ssl); }

static ssize_t tls_recv(SSL *ssl, void *bytes, size_t count) {
  return tls_result(ssl, SSL_read(ssl, bytes, (int)count));
}

static ssize_t tls_send(SSL *ssl, const void *bytes, size_t count) {
  return tls_result(ssl, SSL_write(ssl, bytes, (int)count));
}

// Says close_notify, unless the connection is to be reset.
static void tls_end(SSL *ssl, bool reset) {
  if (!reset) SSL_shutdown(ssl);
  ERR_clear_error();
  SSL_free(ssl);
}

#else
typedef struct no_tls SSL;

static void tls_prepare(const char *handshakes) {
  fprintf(stderr, "load: built without TLS, so no %s handshakes\n", handshakes);
  exit(2);
}
static SSL *tls_client(int fd) { return (void)fd, NULL; }
static ssize_t tls_handshake(SSL *ssl) { return (void)ssl, -1; }
static bool tls_awaits_ticket(void) { return false; }
static bool tls_is_unresumed(SSL *ssl) { return (void)ssl, false; }
static ssize_t tls_recv(SSL *ssl, void *b, size_t n) { return (void)ssl, (void)b, (void)n, -1; }
static ssize_t tls_send(SSL *ssl, const void *b, size_t n) { return (void)ssl, (void)b, (void)n, -1; }
static void tls_end(SSL *ssl, bool reset) { (void)ssl, (void)reset; }
#endif

#endif
