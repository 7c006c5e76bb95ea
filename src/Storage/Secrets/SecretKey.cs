using System.Security.Cryptography;
using System.Text;

namespace Twinrunner.Storage.Secrets;

/// <summary>The key that secrets are encrypted with: 32 bytes from the environment, or from a file that is made at first use.</summary>
public sealed class SecretKey
{
    public const string Variable = "TWIN_SECRETS_KEY";
    public const string FileVariable = "TWIN_SECRETS_KEY_FILE";
    private const int Length = 32, NonceLength = 12, TagLength = 16;

    private readonly Lazy<byte[]> _key;

    private SecretKey(Lazy<byte[]> key) => _key = key;

    /// <summary>Reads the key that is there, so that a wrong one is seen at the start; a new one is made only once something is encrypted or signed.</summary>
    /// <param name="environment">Looks up a variable of the environment.</param>
    /// <exception cref="SecretKeyException">The key can't be read; the message says what to do.</exception>
    public static SecretKey Load(string dataFolder, Func<string, string?> environment)
    {
        if (environment(Variable) is { Length: > 0 } text)
            return new(new Lazy<byte[]>(Parse(text, $"the variable {Variable}")));
        if (environment(FileVariable) is { Length: > 0 } named)
            return new(new Lazy<byte[]>(Read(named)));
        var path = Path.Combine(dataFolder, "secrets.key");
        return new(File.Exists(path) ? new Lazy<byte[]>(Read(path)) : new Lazy<byte[]>(() => Create(path)));
    }
    /// <summary>A key for another purpose, from which this one can't be found.</summary>
    public byte[] Derive(string purpose) => HKDF.DeriveKey(HashAlgorithmName.SHA256, _key.Value, Length, info: Encoding.UTF8.GetBytes(purpose));

    /// <summary>Nonce, tag, ciphertext. The name is bound to the value: a stored value can't be passed off as another secret's.</summary>
    public byte[] Encrypt(string name, string value)
    {
        var plain = Encoding.UTF8.GetBytes(value);
        var encrypted = new byte[NonceLength + TagLength + plain.Length];
        var nonce = encrypted.AsSpan(0, NonceLength);
        RandomNumberGenerator.Fill(nonce);
        using var aes = new AesGcm(_key.Value, TagLength);
        aes.Encrypt(nonce, plain, encrypted.AsSpan(NonceLength + TagLength), encrypted.AsSpan(NonceLength, TagLength), Encoding.UTF8.GetBytes(name));
        CryptographicOperations.ZeroMemory(plain);
        return encrypted;
    }

    /// <exception cref="SecretKeyException">It was encrypted with another key, or damaged.</exception>
    public string Decrypt(string name, ReadOnlySpan<byte> encrypted)
    {
        if (encrypted.Length < NonceLength + TagLength)
            throw Unreadable(name);
        var plain = new byte[encrypted.Length - NonceLength - TagLength];
        try
        {
            using var aes = new AesGcm(_key.Value, TagLength);
            aes.Decrypt(encrypted[..NonceLength], encrypted[(NonceLength + TagLength)..], encrypted.Slice(NonceLength, TagLength), plain, Encoding.UTF8.GetBytes(name));
            return Encoding.UTF8.GetString(plain);
        }
        catch (AuthenticationTagMismatchException)
        {
            throw Unreadable(name);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(plain);
        }
    }

    private static SecretKeyException Unreadable(string name) =>
        new($"The secret '{name}' was stored under another key. Start the server with that key ({Variable} or {FileVariable}), or set the secret anew.");

    private static byte[] Read(string path)
    {
        try
        {
            return Parse(File.ReadAllText(path), $"the file '{path}'");
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new SecretKeyException($"The key for secrets can't be read from '{path}': {exception.Message}");
        }
    }

    private static byte[] Create(string path)
    {
        // Written aside and moved: a key that was cut short by a crash would lock its secrets away.
        var written = $"{path}.{Guid.NewGuid():N}";
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        var key = RandomNumberGenerator.GetBytes(Length);
        try
        {
            using (var file = new FileStream(written, options))
            {
                file.Write(Encoding.ASCII.GetBytes(Convert.ToBase64String(key) + "\n"));
                file.Flush(flushToDisk: true);
            }
            File.Move(written, path, overwrite: false);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new SecretKeyException($"The key for secrets can't be kept in '{path}': {exception.Message}");
        }
        return key;
    }

    private static byte[] Parse(string text, string source)
    {
        text = text.Trim();
        var key = new byte[Length];
        if (text.Length == 2 * Length && Convert.FromHexString(text, key, out _, out var digits) == System.Buffers.OperationStatus.Done && digits == Length)
            return key;
        if (Convert.TryFromBase64String(text, key, out var bytes) && bytes == Length)
            return key;
        throw new SecretKeyException($"The key for secrets in {source} is not {Length} bytes in base64 or hex. Make one with: openssl rand -base64 {Length}");
    }
}

/// <summary>The key for secrets is missing, malformed or another one; the message says what to do.</summary>
public sealed class SecretKeyException(string message) : Exception(message);
