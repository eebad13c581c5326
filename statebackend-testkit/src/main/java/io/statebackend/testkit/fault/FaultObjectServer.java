// SPDX-License-Identifier: Apache-2.0
package io.statebackend.testkit.fault;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.statebackend.testkit.fault.ObjectRequest.Effect;
import io.statebackend.testkit.fault.ObjectRequest.Operation;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.URLDecoder;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * An object store in the test's process that speaks the protocol of Amazon S3, as far as a storage
 * of checkpoints needs it, and fails as stores do, on demand: an answer is lost after the object
 * was stored, a body is cut, a connection stalls.
 *
 * <p>Any bucket is there. Requests need no signature. Checksums that are sent with a body are
 * compared. Thread-safe.
 */
public final class FaultObjectServer implements AutoCloseable {
  private static final Pattern KEY = Pattern.compile("<Key>([^<]*)</Key>");
  private static final Pattern PART_NUMBER = Pattern.compile("<PartNumber>([0-9]+)</PartNumber>");
  private static final Pattern RANGE = Pattern.compile("bytes=([0-9]+)-([0-9]+)");
  private static final int KEYS_PER_PAGE_MAX = 1_000;

  /**
   * Without it each answer with a body waits 40 ms. The JDK reads it when the first server starts.
   */
  private static final String NO_DELAY = "sun.net.httpserver.nodelay";

  private final HttpServer server;
  private final ExecutorService threads = Executors.newCachedThreadPool();
  private final ObjectMap objects = new ObjectMap();
  private final AtomicLong requestCount = new AtomicLong();
  private final AtomicLong uploadCount = new AtomicLong();
  private volatile Function<ObjectRequest, Effect> fault = request -> Effect.NONE;
  private volatile CountDownLatch stalled = new CountDownLatch(1);

  private FaultObjectServer(HttpServer server) {
    this.server = server;
  }

  /**
   * Starts a server without objects on the loopback interface.
   *
   * @return the server; the caller closes it
   */
  public static FaultObjectServer start() {
    if (System.getProperty(NO_DELAY) == null) {
      System.setProperty(NO_DELAY, "true");
    }
    try {
      HttpServer http =
          HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
      FaultObjectServer started = new FaultObjectServer(http);
      http.createContext("/", started::handle);
      http.setExecutor(started.threads);
      http.start();
      return started;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * Returns where it listens.
   *
   * @return the address; buckets are named in the path
   */
  public URI endpoint() {
    InetSocketAddress address = server.getAddress();
    return URI.create("http://" + address.getAddress().getHostAddress() + ":" + address.getPort());
  }

  /**
   * Sets what happens to requests from now on. Their numbers begin at 1 again, and those that stall
   * go on.
   *
   * @param newFault decides about each request; called by several threads
   */
  public void setFault(Function<ObjectRequest, Effect> newFault) {
    requestCount.set(0);
    fault = newFault;
    stalled.countDown();
    stalled = new CountDownLatch(1);
  }

  /**
   * Returns how many requests there were since the fault was set.
   *
   * @return the number
   */
  public long requestCount() {
    return requestCount.get();
  }

  /**
   * Returns the keys of all objects.
   *
   * @return the keys in ascending order, each after its bucket and a slash
   */
  public List<String> keys() {
    return objects.keys("");
  }

  /**
   * Returns how many uploads in parts were begun and neither completed nor aborted.
   *
   * @return the number
   */
  public int uploadCount() {
    return objects.uploadCount();
  }

  /**
   * Returns an object.
   *
   * @param key its bucket, a slash and its key
   * @return its bytes, or {@code null} if it is not there
   */
  public byte @Nullable [] object(String key) {
    ObjectMap.Stored found = objects.get(key);
    return found == null ? null : found.content().clone();
  }

  /** A failure that is answered. */
  private static final class Refusal extends IOException {
    private static final long serialVersionUID = 1L;
    final int status;
    final String code;

    Refusal(int status, String code) {
      super(status + " " + code);
      this.status = status;
      this.code = code;
    }
  }

  /** What is sent back. */
  private record Answer(int status, Map<String, String> headers, ObjectMap.Bytes body) {
    static Answer of(int status) {
      return new Answer(status, Map.of(), new ObjectMap.Bytes(new byte[0]));
    }

    static Answer xml(int status, String xml) {
      String document = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n" + xml;
      return new Answer(
          status,
          Map.of("Content-Type", "application/xml"),
          new ObjectMap.Bytes(document.getBytes(UTF_8)));
    }
  }

  private void handle(HttpExchange exchange) throws IOException {
    try (exchange) {
      String key = exchange.getRequestURI().getPath().substring(1);
      Map<String, String> query = query(exchange.getRequestURI());
      ObjectRequest request =
          new ObjectRequest(requestCount.incrementAndGet(), operation(exchange, query), key);
      Effect effect = fault.apply(request);
      if (effect == Effect.LOSE_REQUEST) {
        return; // Closing the exchange without an answer closes the connection.
      }
      byte[] body = exchange.getRequestBody().readAllBytes();
      if (effect == Effect.STALL) {
        awaitEndOfStall();
        return;
      }
      Answer answer;
      try {
        refuse(effect);
        answer = answer(exchange, request, query, body);
      } catch (Refusal e) {
        answer = Answer.xml(e.status, "<Error><Code>" + e.code + "</Code></Error>");
      }
      if (effect != Effect.LOSE_ANSWER) {
        send(exchange, answer, effect);
      }
    }
  }

  private void awaitEndOfStall() {
    try {
      stalled.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static void refuse(Effect effect) throws Refusal {
    switch (effect) {
      case CONFLICT -> throw new Refusal(409, "ConditionalRequestConflict");
      case SLOW_DOWN -> throw new Refusal(503, "SlowDown");
      case ERROR -> throw new Refusal(500, "InternalError");
      case WRONG_CHECKSUM -> throw new Refusal(400, "BadDigest");
      case FORBIDDEN -> throw new Refusal(403, "AccessDenied");
      default -> {}
    }
  }

  private static void send(HttpExchange exchange, Answer answer, Effect effect) throws IOException {
    answer.headers().forEach(exchange.getResponseHeaders()::set);
    byte[] body = answer.body().bytes();
    boolean hasBody = body.length > 0 && !exchange.getRequestMethod().equals("HEAD");
    exchange.sendResponseHeaders(answer.status(), hasBody ? body.length : -1);
    if (hasBody) {
      int length = effect == Effect.CUT_BODY ? body.length / 2 : body.length;
      exchange.getResponseBody().write(body, 0, length);
    }
  }

  private static Map<String, String> query(URI uri) {
    Map<String, String> query = new HashMap<>();
    String raw = uri.getRawQuery();
    if (raw != null) {
      for (String parameter : raw.split("&", -1)) {
        int equals = parameter.indexOf('=');
        String name = equals < 0 ? parameter : parameter.substring(0, equals);
        String value = equals < 0 ? "" : parameter.substring(equals + 1);
        query.put(name, URLDecoder.decode(value, UTF_8));
      }
    }
    return query;
  }

  private static Operation operation(HttpExchange exchange, Map<String, String> query) {
    boolean isOfUpload = query.containsKey("uploadId");
    return switch (exchange.getRequestMethod()) {
      case "PUT" -> isOfUpload ? Operation.PUT_PART : Operation.PUT;
      case "GET" -> query.containsKey("list-type") ? Operation.LIST : Operation.GET;
      case "HEAD" -> Operation.GET;
      case "DELETE" -> isOfUpload ? Operation.ABORT : Operation.DELETE;
      case "POST" -> {
        if (query.containsKey("delete")) {
          yield Operation.DELETE;
        }
        yield isOfUpload ? Operation.COMPLETE : Operation.BEGIN;
      }
      default -> throw new IllegalArgumentException(exchange.getRequestMethod());
    };
  }

  private Answer answer(
      HttpExchange exchange, ObjectRequest request, Map<String, String> query, byte[] body)
      throws IOException {
    String key = request.key();
    boolean ifAbsent = "*".equals(exchange.getRequestHeaders().getFirst("If-None-Match"));
    switch (request.operation()) {
      case PUT -> {
        ObjectMap.Stored stored =
            new ObjectMap.Stored(RequestBody.read(exchange, body), metadata(exchange));
        return put(key, stored, ifAbsent);
      }
      case GET -> {
        return get(exchange, key);
      }
      case LIST -> {
        return list(key, query);
      }
      case DELETE -> {
        return query.containsKey("delete") ? deleteAll(key, body) : delete(key);
      }
      case BEGIN -> {
        String id = "upload-" + uploadCount.incrementAndGet();
        objects.begin(id, metadata(exchange));
        return Answer.xml(
            200,
            "<InitiateMultipartUploadResult><UploadId>"
                + id
                + "</UploadId></InitiateMultipartUploadResult>");
      }
      case PUT_PART -> {
        byte[] part = RequestBody.read(exchange, body);
        if (!objects.putPart(query.get("uploadId"), partNumber(query), part)) {
          throw new Refusal(404, "NoSuchUpload");
        }
        return new Answer(
            200, Map.of("ETag", ObjectMap.etag(part)), new ObjectMap.Bytes(new byte[0]));
      }
      case COMPLETE -> {
        return complete(key, query, body, ifAbsent);
      }
      case ABORT -> {
        if (!objects.abort(query.get("uploadId"))) {
          throw new Refusal(404, "NoSuchUpload");
        }
        return Answer.of(204);
      }
    }
    throw new IllegalArgumentException("no such operation: " + request.operation());
  }

  private static int partNumber(Map<String, String> query) {
    return Integer.parseInt(query.getOrDefault("partNumber", "0"));
  }

  private static Map<String, String> metadata(HttpExchange exchange) {
    Map<String, String> metadata = new TreeMap<>();
    exchange
        .getRequestHeaders()
        .forEach(
            (name, values) -> {
              if (name.toLowerCase(java.util.Locale.ROOT).startsWith("x-amz-meta-")) {
                metadata.put(name, values.get(0));
              }
            });
    return metadata;
  }

  private Answer put(String key, ObjectMap.Stored stored, boolean ifAbsent) throws Refusal {
    if (!objects.put(key, stored, ifAbsent)) {
      throw new Refusal(412, "PreconditionFailed");
    }
    return new Answer(200, Map.of("ETag", stored.etag()), new ObjectMap.Bytes(new byte[0]));
  }

  private Answer get(HttpExchange exchange, String key) throws Refusal {
    ObjectMap.Stored stored = objects.get(key);
    if (stored == null) {
      throw new Refusal(404, "NoSuchKey");
    }
    String ifMatch = exchange.getRequestHeaders().getFirst("If-Match");
    if (ifMatch != null && !ifMatch.equals(stored.etag())) {
      throw new Refusal(412, "PreconditionFailed");
    }
    Map<String, String> headers = new HashMap<>(stored.metadata());
    headers.put("ETag", stored.etag());
    byte[] content = stored.content();
    String range = exchange.getRequestHeaders().getFirst("Range");
    if (range == null) {
      return new Answer(200, headers, new ObjectMap.Bytes(content));
    }
    Matcher matcher = RANGE.matcher(range);
    if (!matcher.matches() || Long.parseLong(matcher.group(1)) >= content.length) {
      throw new Refusal(416, "InvalidRange");
    }
    int from = Integer.parseInt(matcher.group(1));
    int to = (int) Math.min(Long.parseLong(matcher.group(2)) + 1, content.length);
    headers.put("Content-Range", "bytes " + from + "-" + (to - 1) + "/" + content.length);
    byte[] part = java.util.Arrays.copyOfRange(content, from, to);
    return new Answer(206, headers, new ObjectMap.Bytes(part));
  }

  private Answer list(String bucket, Map<String, String> query) {
    String top = bucket.replaceAll("/$", "") + "/";
    String prefix = top + query.getOrDefault("prefix", "");
    String after = top + query.getOrDefault("continuation-token", "");
    String delimiter = query.getOrDefault("delimiter", "");
    int countMax =
        Math.min(
            KEYS_PER_PAGE_MAX,
            Integer.parseInt(query.getOrDefault("max-keys", "" + KEYS_PER_PAGE_MAX)));
    StringBuilder found = new StringBuilder();
    String last = "";
    String lastCommon = "";
    int count = 0;
    boolean isTruncated = false;
    for (String key : objects.keys(prefix)) {
      int end = delimiter.isEmpty() ? -1 : key.indexOf(delimiter, prefix.length());
      String name = end < 0 ? key : key.substring(0, end + 1);
      // A token that ends in the delimiter stands for all keys beneath it.
      boolean isBefore = name.compareTo(after) <= 0 || name.equals(lastCommon);
      if (isBefore) {
        continue;
      }
      if (count == countMax) {
        isTruncated = true;
        break;
      }
      String text = name.substring(top.length());
      if (end < 0) {
        found.append("<Contents><Key>").append(text).append("</Key></Contents>");
      } else {
        found.append("<CommonPrefixes><Prefix>").append(text).append("</Prefix></CommonPrefixes>");
        lastCommon = name;
      }
      last = text;
      count++;
    }
    return Answer.xml(
        200,
        "<ListBucketResult><IsTruncated>"
            + isTruncated
            + "</IsTruncated>"
            + (isTruncated ? "<NextContinuationToken>" + last + "</NextContinuationToken>" : "")
            + found
            + "</ListBucketResult>");
  }

  private Answer delete(String key) {
    objects.delete(key);
    return Answer.of(204);
  }

  private Answer deleteAll(String bucket, byte[] body) {
    String top = bucket.replaceAll("/$", "") + "/";
    Matcher key = KEY.matcher(new String(body, UTF_8));
    while (key.find()) {
      objects.delete(top + key.group(1));
    }
    return Answer.xml(200, "<DeleteResult></DeleteResult>");
  }

  private Answer complete(String key, Map<String, String> query, byte[] body, boolean ifAbsent)
      throws Refusal {
    List<Integer> numbers =
        PART_NUMBER
            .matcher(new String(body, UTF_8))
            .results()
            .map(part -> Integer.valueOf(part.group(1)))
            .toList();
    String id = requireNonNull(query.get("uploadId"), "uploadId");
    switch (objects.complete(key, id, numbers, ifAbsent)) {
      case NO_SUCH_UPLOAD -> throw new Refusal(404, "NoSuchUpload");
      case INVALID_PART -> throw new Refusal(400, "InvalidPart");
      case PRESENT -> throw new Refusal(412, "PreconditionFailed");
      case COMPLETED -> {
        return Answer.xml(
            200,
            "<CompleteMultipartUploadResult><ETag>"
                + requireNonNull(objects.get(key), "completed").etag()
                + "</ETag></CompleteMultipartUploadResult>");
      }
    }
    throw new IllegalArgumentException("no such outcome");
  }

  /** Stops the server; connections are closed. */
  @Override
  public void close() {
    stalled.countDown();
    server.stop(0);
    threads.shutdownNow();
  }
}
