using Twinrunner.Storage.Objects.S3;

namespace Twinrunner.Runner.Hosting;

public static partial class HostSettingList
{
    private static HostSetting[] Objects =>
    [
        S3("objects", "--objects", "TWIN_OBJECTS", "files in the data folder",
            "where outputs are kept: s3://BUCKET or s3://BUCKET/PREFIX for an S3 store",
            "what was kept elsewhere is not moved along (twin admin migrate moves it)",
            (options, text) => options.At(text)),
        S3("s3Endpoint", "--s3-endpoint", "TWIN_S3_ENDPOINT", "Amazon's, of the region",
            "address of the S3 server: https://HOST[:PORT]",
            "http:// sends objects readably",
            (options, text) => options with { Endpoint = Address(text) }),
        S3("s3PublicEndpoint", "--s3-public-endpoint", "TWIN_S3_PUBLIC_ENDPOINT", "none: downloads pass through the server",
            "address at which the users of this server reach the S3 server: downloads of files are sent on to it",
            "for five minutes, whoever gets to know such a download's address can fetch that file; clients must trust the S3 server's certificate",
            (options, text) => options with { PublicEndpoint = Address(text) }),
        S3("s3Region", "--s3-region", "TWIN_S3_REGION", "us-east-1 with s3Endpoint, else what AWS_REGION or the profile says",
            "region of the bucket",
            "nothing",
            (options, text) => options with { Region = text.Trim() }),
        S3("s3PathStyle", "--s3-path-style", "TWIN_S3_PATH_STYLE", "yes with s3Endpoint, else no",
            "name the bucket in the path instead of the host name (yes or no)",
            "nothing; most servers of one's own need it",
            (options, text) => options with { PathStyle = Switch(text) }),
        S3("s3AccessKey", "--s3-access-key", "TWIN_S3_ACCESS_KEY", "environment, profile, web identity or role, as Amazon's tools find them",
            "access key of the S3 server",
            "nothing",
            (options, text) => options with { AccessKey = text.Trim() }),
        S3("s3AccessKeyFile", "--s3-access-key-file", "TWIN_S3_ACCESS_KEY_FILE", "none",
            "file whose only line is the access key",
            "nothing",
            (options, text) => options with { AccessKey = ReadFile(text).Trim() }),
        S3("s3SecretKey", null, "TWIN_S3_SECRET_KEY", "as s3AccessKey",
            "its secret key, for where a file is impractical; not read from twinrunner.json",
            "whoever may read the process's environment can read it",
            (options, text) => options with { SecretKey = text.Trim() }) with { IsSecret = true },
        S3("s3SecretKeyFile", "--s3-secret-key-file", "TWIN_S3_SECRET_KEY_FILE", "none",
            "file whose only line is the secret key",
            "nothing",
            (options, text) => options with { SecretKey = ReadFile(text).Trim() }),
        S3("s3SessionToken", null, "TWIN_S3_SESSION_TOKEN", "none",
            "session token of temporary keys; not read from twinrunner.json",
            "it expires, and is read only at start: prefer a role or web identity, which are renewed",
            (options, text) => options with { SessionToken = text.Trim() }) with { IsSecret = true },
        S3("s3SessionTokenFile", "--s3-session-token-file", "TWIN_S3_SESSION_TOKEN_FILE", "none",
            "file whose only line is the session token",
            "as s3SessionToken",
            (options, text) => options with { SessionToken = ReadFile(text).Trim() }),
        S3("s3CaFile", "--s3-ca-file", "TWIN_S3_CA_FILE", "the system's",
            "file with certificates of authorities (PEM) that the S3 server's certificate may come from, in place of the system's",
            "whoever has the keys of these authorities can pose as the S3 server",
            (options, text) => options with { CaFile = ExistingFile(text) }),
        S3("s3Encryption", "--s3-encryption", "TWIN_S3_ENCRYPTION", "as the bucket is set",
            "encryption that the S3 server is asked for: AES256, aws:kms or aws:kms:KEY",
            "not every server can; each object may cost a request to the key service",
            (options, text) => options with { Encryption = EncryptionOf(text.Trim()) }),
        S3("s3CreateBucket", "--s3-create-bucket", "TWIN_S3_CREATE_BUCKET", "no",
            "make the bucket when it isn't there",
            "a mistyped name makes an empty bucket instead of a fault",
            (options, text) => options with { CreateBucket = Switch(text) }) with { IsSwitch = true },
        new("storePatienceSeconds", "--store-patience-seconds", "TWIN_STORE_PATIENCE_SECONDS", "120",
            "how long a step waits in Collecting for an object store that doesn't take its outputs; then it fails, and they are kept on the node",
            "a step that waits keeps its place on the node",
            (settings, text) => settings with { StorePatience = TimeSpan.FromSeconds(Number(text, 0, 604_800)) }),
        new("cacheBytes", "--cache-bytes", "TWIN_CACHE_BYTES", "10737418240 (10 GiB)",
            "disk for inputs that were downloaded and may be needed again, below cache/ of the data folder; 0: none are kept",
            "that much disk; the less, the more is downloaded again",
            (settings, text) => settings with { CacheBytes = Number(text, 0, 1L << 50) }),
    ];

    private static HostSetting S3(
        string name, string? flag, string variable, string @default, string help, string cost, Func<S3Options, string, S3Options> apply) =>
        new(name, flag, variable, @default, help, cost, (settings, text) => settings with { S3 = apply(settings.S3, text) });

    private static Uri Address(string text) =>
        Uri.TryCreate(text, UriKind.Absolute, out var address) && address is { Scheme: "http" or "https", PathAndQuery: "/", UserInfo: "", Fragment: "" }
            ? address
            : throw new FormatException("expected https://HOST or https://HOST:PORT, without a path");

    private static string EncryptionOf(string text) =>
        text is "AES256" or "aws:kms" || (text.StartsWith("aws:kms:", StringComparison.Ordinal) && text.Length > "aws:kms:".Length)
            ? text
            : throw new FormatException("expected AES256, aws:kms or aws:kms:KEY");
}
