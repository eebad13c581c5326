// SPDX-License-Identifier: Apache-2.0
package io.statebackend.s3;

import static java.util.Objects.requireNonNull;

import io.statebackend.api.spi.Once;
import io.statebackend.api.spi.Options;
import io.statebackend.s3.S3CheckpointStorage.StoreSettings;
import java.net.URI;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.services.s3.S3ClientBuilder;

/**
 * Says where checkpoints are in a store, and how it is talked to. What is not said comes from where
 * the AWS SDK looks for it: environment, profiles, the machine's role.
 *
 * <p>Not thread-safe.
 */
public final class S3CheckpointStorageBuilder {
  private static final int PART_SIZE_BYTES = 8 << 20;
  private static final int PARALLELISM = 4;
  private static final int PARALLELISM_MAX = 64;
  private static final Duration TIMEOUT = Duration.ofSeconds(60);
  private static final long PAUSE_MILLIS = 100;

  private final String bucket;
  private String prefix = "";
  private @Nullable String region;
  private @Nullable URI endpoint;
  private boolean isPathStyle;
  private boolean hasTrailingChecksums = true;
  private @Nullable String encryption;
  private @Nullable String kmsKeyId;
  private int partSizeBytes = PART_SIZE_BYTES;
  private int parallelism = PARALLELISM;
  private Duration timeout = TIMEOUT;
  private long pauseMillis = PAUSE_MILLIS;
  private Consumer<S3ClientBuilder> customization = builder -> {};

  /** What was set, by setter. */
  private final Map<String, Object> given = new HashMap<>();

  S3CheckpointStorageBuilder(String bucket) {
    this.bucket = requireNonNull(bucket, "bucket");
  }

  /** Reads an address. */
  static S3CheckpointStorageBuilder of(URI address) {
    String bucket = address.getAuthority();
    if (!"s3".equals(address.getScheme()) || bucket == null) {
      throw new IllegalArgumentException(
          "not the address of a checkpoint storage in S3: address="
              + address
              + "; expected s3://bucket/prefix");
    }
    S3CheckpointStorageBuilder builder = new S3CheckpointStorageBuilder(bucket);
    String path = address.getPath().replaceAll("^/+|/+$", "");
    if (!path.isEmpty()) {
      builder.prefix(path);
    }
    Options query = Options.of("the address " + address, queryOf(address));
    builder.set(query);
    query.checkNoneUnknown();
    return builder;
  }

  private static Map<String, String> queryOf(URI address) {
    Map<String, String> settings = new HashMap<>();
    String query = address.getRawQuery();
    for (String setting : query == null ? new String[0] : query.split("&", -1)) {
      String[] nameAndValue = setting.split("=", 2);
      String value =
          URLDecoder.decode(nameAndValue[nameAndValue.length - 1], StandardCharsets.UTF_8);
      if (settings.put(nameAndValue[0], value) != null) {
        throw new IllegalArgumentException(
            "a setting is given twice: setting=%s, address=%s".formatted(nameAndValue[0], address));
      }
    }
    return settings;
  }

  /** Sets what is given as text. What was set before is refused. */
  S3CheckpointStorageBuilder set(Options options) {
    ifGiven(options.text("region"), this::region);
    ifGiven(options.text("endpoint"), text -> endpoint(URI.create(text)));
    ifGiven(options.flag("path-style"), this::pathStyle);
    ifGiven(options.flag("trailing-checksums"), this::trailingChecksums);
    String algorithm = options.text("encryption");
    String keyId = options.text("encryption-key");
    ifGiven(algorithm, text -> serverSideEncryption(text, keyId));
    if (algorithm == null && keyId != null) {
      throw options.wrong("encryption-key", "none without a setting 'encryption'");
    }
    ifGiven(options.smallBytes("part-size"), this::partSizeBytes);
    ifGiven(options.integer("parallelism"), this::parallelism);
    ifGiven(options.duration("timeout"), this::timeout);
    return this;
  }

  private static <T> void ifGiven(@Nullable T value, Consumer<T> setter) {
    if (value != null) {
      setter.accept(value);
    }
  }

  /**
   * Sets where in the bucket the checkpoints are: what the keys begin with. Empty by default.
   *
   * @param newPrefix parts separated by slashes, such as {@code jobs/word-count}
   * @return this builder
   * @throws IllegalArgumentException if it begins or ends with a slash
   */
  public S3CheckpointStorageBuilder prefix(String newPrefix) {
    if (newPrefix.startsWith("/") || newPrefix.endsWith("/")) {
      throw new IllegalArgumentException(
          "the prefix begins or ends with a slash: prefix=" + newPrefix);
    }
    prefix = newPrefix;
    once("prefix", newPrefix);
    return this;
  }

  /**
   * Sets the region of the bucket.
   *
   * @param newRegion such as {@code eu-central-1}
   * @return this builder
   */
  public S3CheckpointStorageBuilder region(String newRegion) {
    region = requireNonNull(newRegion, "region");
    once("region", newRegion);
    return this;
  }

  /**
   * Sets the address of a store that is not Amazon's.
   *
   * @param newEndpoint such as {@code https://store.example.org:9000}
   * @return this builder
   */
  public S3CheckpointStorageBuilder endpoint(URI newEndpoint) {
    endpoint = requireNonNull(newEndpoint, "endpoint");
    once("endpoint", newEndpoint);
    return this;
  }

  /**
   * Sets whether the bucket is named in the path instead of in the name of the host, as many stores
   * want it. By default it is not.
   *
   * @param isInPath whether it is
   * @return this builder
   */
  public S3CheckpointStorageBuilder pathStyle(boolean isInPath) {
    isPathStyle = isInPath;
    once("pathStyle", isInPath);
    return this;
  }

  /**
   * Sets whether bodies are sent with a checksum behind them. By default they are. Some stores do
   * not know that, and store the framing as content, or refuse it.
   *
   * @param areSent whether they are
   * @return this builder
   */
  public S3CheckpointStorageBuilder trailingChecksums(boolean areSent) {
    hasTrailingChecksums = areSent;
    once("trailingChecksums", areSent);
    return this;
  }

  /**
   * Lets the store encrypt what it stores.
   *
   * @param algorithm such as {@code AES256} or {@code aws:kms}
   * @param keyId the key of the store's key service, or {@code null} for the default one
   * @return this builder
   */
  public S3CheckpointStorageBuilder serverSideEncryption(String algorithm, @Nullable String keyId) {
    encryption = requireNonNull(algorithm, "algorithm");
    kmsKeyId = keyId;
    once("serverSideEncryption", algorithm);
    return this;
  }

  /**
   * Sets how large the parts are in which large files are stored, 8 MiB by default. Amazon wants 5
   * MiB at least.
   *
   * @param bytes 1 to 1 GiB
   * @return this builder
   * @throws IllegalArgumentException if it is out of range
   */
  public S3CheckpointStorageBuilder partSizeBytes(int bytes) {
    if (bytes < 1 || bytes > 1 << 30) {
      throw new IllegalArgumentException("not a size of parts: bytes=" + bytes);
    }
    partSizeBytes = bytes;
    once("partSizeBytes", bytes);
    return this;
  }

  /**
   * Sets how many parts of local files are copied at a time, 4 by default. Each takes memory of the
   * size of a part.
   *
   * @param count 1 to 64
   * @return this builder
   * @throws IllegalArgumentException if it is out of range
   */
  public S3CheckpointStorageBuilder parallelism(int count) {
    if (count < 1 || count > PARALLELISM_MAX) {
      throw new IllegalArgumentException("not a number of parallel copies: count=" + count);
    }
    parallelism = count;
    once("parallelism", count);
    return this;
  }

  /**
   * Sets after what time without an answer a request has failed, 60 seconds by default.
   *
   * @param newTimeout more than nothing
   * @return this builder
   * @throws IllegalArgumentException if it is nothing or less
   */
  public S3CheckpointStorageBuilder timeout(Duration newTimeout) {
    if (newTimeout.isZero() || newTimeout.isNegative()) {
      throw new IllegalArgumentException("not a timeout: " + newTimeout);
    }
    timeout = newTimeout;
    once("timeout", newTimeout);
    return this;
  }

  /** Sets how long to wait before a publication is tried again, for tests. */
  S3CheckpointStorageBuilder pauseMillis(long millis) {
    pauseMillis = millis;
    return this;
  }

  /**
   * Sets what else is to be set of the client, such as its credentials. It is called for each
   * client that is made, before the settings above.
   *
   * @param newCustomization changes a builder of the AWS SDK
   * @return this builder
   */
  public S3CheckpointStorageBuilder client(Consumer<S3ClientBuilder> newCustomization) {
    customization = requireNonNull(newCustomization, "customization");
    once("client", newCustomization);
    return this;
  }

  /**
   * Opens the storage for reading and writing. Of several processes the last that does so is the
   * owner.
   *
   * @return the storage; the caller closes it
   * @throws io.statebackend.api.StateLockedException if another storage of this process is open
   *     there
   * @throws io.statebackend.api.StateIoException if the store cannot be reached, or refuses
   */
  public S3CheckpointStorage open() {
    return S3CheckpointStorage.open(newStore(), location(), keyPrefix(), settings());
  }

  /**
   * Opens the storage for reading. Nothing is written; methods that write throw {@link
   * UnsupportedOperationException}.
   *
   * @return the storage; the caller closes it
   */
  public S3CheckpointStorage openReadOnly() {
    return S3CheckpointStorage.openReadOnly(newStore(), location(), keyPrefix(), settings());
  }

  /** Notes what is set; a second call of a setter is refused. */
  private void once(String setter, Object value) {
    given.put(setter, Once.set(setter, given.get(setter), value));
  }

  private StoreSettings settings() {
    return new StoreSettings(partSizeBytes, parallelism, pauseMillis);
  }

  String keyPrefix() {
    return prefix.isEmpty() ? "" : prefix + "/";
  }

  private String location() {
    String path = prefix.isEmpty() ? bucket : bucket + "/" + prefix;
    return endpoint == null ? "s3://" + path : endpoint + "/" + path;
  }

  AwsObjectStore newStore() {
    return new AwsObjectStore(this);
  }

  String bucket() {
    return bucket;
  }

  @Nullable String region() {
    return region;
  }

  @Nullable URI endpoint() {
    return endpoint;
  }

  boolean isPathStyle() {
    return isPathStyle;
  }

  boolean hasTrailingChecksums() {
    return hasTrailingChecksums;
  }

  @Nullable String encryption() {
    return encryption;
  }

  @Nullable String kmsKeyId() {
    return kmsKeyId;
  }

  Duration timeout() {
    return timeout;
  }

  Consumer<S3ClientBuilder> customization() {
    return customization;
  }
}
