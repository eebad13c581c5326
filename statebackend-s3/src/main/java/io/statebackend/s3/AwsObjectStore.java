// SPDX-License-Identifier: Apache-2.0
package io.statebackend.s3;

import io.statebackend.s3.ObjectStoreException.Reason;
import java.io.ByteArrayInputStream;
import java.io.EOFException;
import java.net.URI;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.core.ResponseBytes;
import software.amazon.awssdk.core.checksums.RequestChecksumCalculation;
import software.amazon.awssdk.core.checksums.ResponseChecksumValidation;
import software.amazon.awssdk.core.client.config.ClientOverrideConfiguration;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.core.sync.ResponseTransformer;
import software.amazon.awssdk.http.SdkHttpClient;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.retries.DefaultRetryStrategy;
import software.amazon.awssdk.retries.api.RetryStrategy;
import software.amazon.awssdk.services.s3.LegacyMd5Plugin;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.S3ClientBuilder;
import software.amazon.awssdk.services.s3.S3Configuration;
import software.amazon.awssdk.services.s3.model.CompletedPart;
import software.amazon.awssdk.services.s3.model.DeleteObjectsResponse;
import software.amazon.awssdk.services.s3.model.GetObjectResponse;
import software.amazon.awssdk.services.s3.model.ListObjectsV2Response;
import software.amazon.awssdk.services.s3.model.ObjectIdentifier;
import software.amazon.awssdk.services.s3.model.S3Error;
import software.amazon.awssdk.services.s3.model.S3Exception;

/**
 * A bucket, through the AWS SDK. Two clients: one repeats nothing, the other does as the SDK does.
 */
final class AwsObjectStore implements ObjectStore {
  /** The name under which an object tells its writer. */
  private static final String WRITER = "statebackend-writer";

  private static final int DELETES_PER_REQUEST = 1_000;
  private static final int ATTEMPTS_MAX = 5;
  private static final int PRECONDITION_FAILED = 412;
  private static final int RANGE_NOT_SATISFIABLE = 416;

  /** Client errors that may go well another time. */
  private static final List<Integer> UNCERTAIN_STATUS = List.of(408, 409, PRECONDITION_FAILED, 429);

  /** Codes of such errors that have the status of a bad request. */
  private static final List<String> UNCERTAIN_CODES =
      List.of(
          "BadDigest",
          "InvalidDigest",
          "RequestTimeout",
          "IncompleteBody",
          "XAmzContentChecksumMismatch",
          "XAmzContentSHA256Mismatch");

  private final String bucket;
  private final @Nullable String encryption;
  private final @Nullable String kmsKeyId;
  private final SdkHttpClient http;
  private final S3Client once;
  private final S3Client repeating;

  AwsObjectStore(S3CheckpointStorageBuilder settings) {
    bucket = settings.bucket();
    encryption = settings.encryption();
    kmsKeyId = settings.kmsKeyId();
    http =
        UrlConnectionHttpClient.builder()
            .socketTimeout(settings.timeout())
            .connectionTimeout(settings.timeout())
            .build();
    once = client(settings, DefaultRetryStrategy.doNotRetry());
    repeating =
        client(
            settings,
            DefaultRetryStrategy.standardStrategyBuilder().maxAttempts(ATTEMPTS_MAX).build());
  }

  private S3Client client(S3CheckpointStorageBuilder settings, RetryStrategy retries) {
    S3ClientBuilder builder = S3Client.builder();
    settings.customization().accept(builder);
    builder.httpClient(http).overrideConfiguration(settings(builder, retries));
    String region = settings.region();
    if (region != null) {
      builder.region(Region.of(region));
    }
    URI endpoint = settings.endpoint();
    if (endpoint != null) {
      builder.endpointOverride(endpoint);
    }
    builder.forcePathStyle(settings.isPathStyle());
    S3Configuration.Builder service = S3Configuration.builder().expectContinueEnabled(false);
    if (!settings.hasTrailingChecksums()) {
      service.chunkedEncodingEnabled(false);
      builder.requestChecksumCalculation(RequestChecksumCalculation.WHEN_REQUIRED);
      builder.responseChecksumValidation(ResponseChecksumValidation.WHEN_REQUIRED);
      // Deletion of several objects wants a checksum in any case: the one that all stores know.
      builder.addPlugin(LegacyMd5Plugin.create());
    }
    return builder.serviceConfiguration(service.build()).build();
  }

  private static ClientOverrideConfiguration settings(
      S3ClientBuilder builder, RetryStrategy retries) {
    return builder.overrideConfiguration().toBuilder().retryStrategy(retries).build();
  }

  /** Calls the store, and says what a failure means. Interrupts are left for the caller. */
  private static <T> T call(String what, Supplier<T> request) throws ObjectStoreException {
    // The SDK would fail, with nothing sent or something: an interrupt is not worth that.
    boolean wasInterrupted = Thread.interrupted();
    try {
      return request.get();
    } catch (S3Exception e) {
      throw new ObjectStoreException(reasonOf(e), what + ": " + e.getMessage(), e);
    } catch (SdkException e) {
      throw new ObjectStoreException(Reason.UNCERTAIN, what + ": " + e.getMessage(), e);
    } finally {
      if (wasInterrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  private static Reason reasonOf(S3Exception e) {
    int status = e.statusCode();
    String code = e.awsErrorDetails() == null ? "" : e.awsErrorDetails().errorCode();
    if (status == 404) {
      return "NoSuchBucket".equals(code) ? Reason.REFUSED : Reason.ABSENT;
    }
    boolean isUncertain =
        status >= 500 || UNCERTAIN_STATUS.contains(status) || UNCERTAIN_CODES.contains(code);
    return isUncertain ? Reason.UNCERTAIN : Reason.REFUSED;
  }

  @Override
  public void putIfAbsent(String key, byte[] content, int length, String writer)
      throws ObjectStoreException {
    call(
        "put " + key,
        () ->
            once.putObject(
                put ->
                    put.bucket(bucket)
                        .key(key)
                        .ifNoneMatch("*")
                        .metadata(Map.of(WRITER, writer))
                        .serverSideEncryption(encryption)
                        .ssekmsKeyId(kmsKeyId),
                body(content, length)));
  }

  private static RequestBody body(byte[] content, int length) {
    return RequestBody.fromContentProvider(
        () -> new ByteArrayInputStream(content, 0, length), length, "application/octet-stream");
  }

  @Override
  public Upload startUpload(String key, String writer) throws ObjectStoreException {
    String id =
        call(
                "begin " + key,
                () ->
                    repeating.createMultipartUpload(
                        create ->
                            create
                                .bucket(bucket)
                                .key(key)
                                .metadata(Map.of(WRITER, writer))
                                .serverSideEncryption(encryption)
                                .ssekmsKeyId(kmsKeyId)))
            .uploadId();
    return new AwsUpload(key, id);
  }

  private final class AwsUpload implements Upload {
    private final String key;
    private final String id;

    /** By their numbers. Guarded by itself. */
    private final Map<Integer, CompletedPart> parts = new TreeMap<>();

    AwsUpload(String key, String id) {
      this.key = key;
      this.id = id;
    }

    @Override
    public void put(int number, byte[] content, int length) throws ObjectStoreException {
      var answer =
          call(
              "put part " + number + " of " + key,
              () ->
                  repeating.uploadPart(
                      part -> part.bucket(bucket).key(key).uploadId(id).partNumber(number),
                      body(content, length)));
      CompletedPart part =
          CompletedPart.builder()
              .partNumber(number)
              .eTag(answer.eTag())
              .checksumCRC32(answer.checksumCRC32())
              .build();
      synchronized (parts) {
        parts.put(number, part);
      }
    }

    @Override
    public void completeIfAbsent() throws ObjectStoreException {
      List<CompletedPart> all;
      synchronized (parts) {
        all = List.copyOf(parts.values());
      }
      call(
          "complete " + key,
          () ->
              once.completeMultipartUpload(
                  complete ->
                      complete
                          .bucket(bucket)
                          .key(key)
                          .uploadId(id)
                          .ifNoneMatch("*")
                          .multipartUpload(upload -> upload.parts(all))));
    }

    @Override
    public void abort() throws ObjectStoreException {
      try {
        call(
            "abort " + key,
            () ->
                repeating.abortMultipartUpload(
                    abort -> abort.bucket(bucket).key(key).uploadId(id)));
      } catch (ObjectStoreException e) {
        if (e.reason() != Reason.ABSENT) {
          throw e;
        }
      }
    }
  }

  @Override
  public Part get(String key, long from, int length, @Nullable String etag)
      throws ObjectStoreException {
    String range = "bytes=" + from + "-" + (from + length - 1);
    try {
      return getWhole(key, from, length, range, etag);
    } catch (ObjectStoreException e) {
      S3Exception cause = e.getCause() instanceof S3Exception answer ? answer : null;
      if (cause != null && cause.statusCode() == RANGE_NOT_SATISFIABLE && from == 0) {
        return getWhole(key, from, length, null, etag); // An empty object has no range.
      }
      if (cause != null && cause.statusCode() == PRECONDITION_FAILED) {
        throw new ObjectStoreException(Reason.CHANGED, String.valueOf(e.getMessage()), cause);
      }
      throw e;
    }
  }

  /**
   * Gets a range, again if the answer was cut: the JDK's client takes a connection that is closed
   * for the end of the body, however long that was to be, and the SDK does not look at ranges.
   */
  private Part getWhole(
      String key, long from, int length, @Nullable String range, @Nullable String etag)
      throws ObjectStoreException {
    for (int attempt = 1; ; attempt++) {
      Part part = get(key, from, length, range, etag);
      long expected = Math.max(0, Math.min(length, part.objectLength() - from));
      int actual = part.content().length;
      if (actual == expected) {
        return part;
      }
      if (attempt == ATTEMPTS_MAX) {
        String message =
            "get %s: the answer was cut: expected bytes=%d, actual=%d"
                .formatted(key, expected, actual);
        throw new ObjectStoreException(Reason.UNCERTAIN, message, new EOFException(message));
      }
    }
  }

  private Part get(String key, long from, int length, @Nullable String range, @Nullable String etag)
      throws ObjectStoreException {
    ResponseBytes<GetObjectResponse> answer =
        call(
            "get " + key,
            () ->
                repeating.getObject(
                    get -> get.bucket(bucket).key(key).range(range).ifMatch(etag),
                    ResponseTransformer.toBytes()));
    GetObjectResponse head = answer.response();
    byte[] content = answer.asByteArrayUnsafe();
    String contentRange = head.contentRange();
    long objectLength = head.contentLength();
    if (contentRange != null) {
      objectLength = Long.parseLong(contentRange.substring(contentRange.lastIndexOf('/') + 1));
    } else if (content.length == objectLength && (content.length > length || from > 0)) {
      // The store does not know ranges, and has sent all of it.
      int start = (int) Math.min(from, content.length);
      content = Arrays.copyOfRange(content, start, Math.min(content.length, start + length));
    }
    return new Part(content, objectLength, head.eTag(), head.metadata().get(WRITER));
  }

  @Override
  public List<String> list(String prefix, boolean isDeep, int countMax)
      throws ObjectStoreException {
    List<String> keys = new ArrayList<>();
    String next = null;
    do {
      String token = next;
      ListObjectsV2Response page =
          call(
              "list " + prefix,
              () ->
                  repeating.listObjectsV2(
                      list ->
                          list.bucket(bucket)
                              .prefix(prefix)
                              .delimiter(isDeep ? null : "/")
                              .maxKeys(countMax == 0 ? null : countMax)
                              .continuationToken(token)));
      page.contents().forEach(object -> keys.add(object.key()));
      page.commonPrefixes().forEach(common -> keys.add(common.prefix()));
      next = Boolean.TRUE.equals(page.isTruncated()) ? page.nextContinuationToken() : null;
    } while (next != null && (countMax == 0 || keys.size() < countMax));
    keys.sort(null);
    return keys;
  }

  @Override
  public void delete(List<String> keys) throws ObjectStoreException {
    for (int at = 0; at < keys.size(); at += DELETES_PER_REQUEST) {
      List<String> batch = keys.subList(at, Math.min(keys.size(), at + DELETES_PER_REQUEST));
      if (batch.size() == 1) {
        String key = batch.get(0);
        call("delete " + key, () -> repeating.deleteObject(d -> d.bucket(bucket).key(key)));
      } else {
        deleteBatch(batch);
      }
    }
  }

  private void deleteBatch(List<String> keys) throws ObjectStoreException {
    List<ObjectIdentifier> objects =
        keys.stream().map(key -> ObjectIdentifier.builder().key(key).build()).toList();
    DeleteObjectsResponse answer =
        call(
            "delete " + keys.size() + " objects",
            () ->
                repeating.deleteObjects(
                    request ->
                        request.bucket(bucket).delete(all -> all.objects(objects).quiet(true))));
    if (!answer.errors().isEmpty()) {
      S3Error first = answer.errors().get(0);
      throw new ObjectStoreException(
          Reason.UNCERTAIN,
          "delete %s: %s, %s; and %d others"
              .formatted(first.key(), first.code(), first.message(), answer.errors().size() - 1),
          S3Exception.builder().message(first.message()).build());
    }
  }

  @Override
  public void close() {
    once.close();
    repeating.close();
    http.close();
  }
}
