using Npgsql;

namespace Twinrunner.MongoGateway;

/// <summary>An error as MongoDB gives it.</summary>
internal sealed class GatewayError(int code, string name, string message, params string[] labels) : Exception(message)
{
    /// <summary>MongoDB's codes of the extension's SQL states, and of PostgreSQL's own.</summary>
    private static readonly Dictionary<string, (int Code, string Name)> States = new()
    {
        ["M0001"] = (2, "BadValue"),
        ["M0003"] = (9, "FailedToParse"),
        ["M0004"] = (14, "TypeMismatch"),
        ["M0008"] = (26, "NamespaceNotFound"),
        ["M0009"] = (27, "IndexNotFound"),
        ["M000E"] = (43, "CursorNotFound"),
        ["M000G"] = (52, "DollarPrefixedFieldName"),
        ["M000N"] = (67, "CannotCreateIndex"),
        ["M000P"] = (72, "InvalidOptions"),
        ["M000Q"] = (73, "InvalidNamespace"),
        ["M000R"] = (85, "IndexOptionsConflict"),
        ["M000S"] = (86, "IndexKeySpecsConflict"),
        ["M000U"] = (115, "CommandNotSupported"),
        ["M0016"] = (263, "OperationNotSupportedInTransaction"),
        ["M001B"] = (10334, "BSONObjectTooLarge"),
        ["M001C"] = (11000, "DuplicateKey"),
        ["M007U"] = (40324, "Location40324"),
        ["23505"] = (11000, "DuplicateKey"),
        ["23P01"] = (11000, "DuplicateKey"),
        ["40001"] = (112, "WriteConflict"),
        ["40P01"] = (112, "WriteConflict"),
        ["55P03"] = (112, "WriteConflict"),
        ["57014"] = (50, "MaxTimeMSExpired"),
        ["42P01"] = (26, "NamespaceNotFound"),
        ["0A000"] = (115, "CommandNotSupported"),
        ["42501"] = (13, "Unauthorized"),
        ["22023"] = (2, "BadValue"),
        ["25P02"] = (251, "NoSuchTransaction"),
        ["57P01"] = (11600, "InterruptedAtShutdown"),
        ["53100"] = (14031, "OutOfDiskSpace"),
    };

    private static readonly int[] Retryable = [6, 7, 89, 91, 134, 189, 262, 9001, 10107, 11600, 11602, 13435, 13436];

    public int Code => code;

    public string Name => name;

    public IReadOnlyList<string> Labels => labels;

    public static bool IsRetryable(int code) => Retryable.Contains(code);

    public static GatewayError From(PostgresException exception) => States.TryGetValue(exception.SqlState, out var known)
        ? new(known.Code, known.Name, exception.MessageText)
        : new(8, "UnknownError", $"{exception.SqlState}: {exception.MessageText}");

    /// <summary>The extension gives some errors as a number made of the letters of a SQL state, six bits each, or with the type 41 before MongoDB's code.</summary>
    public static int CodeOf(int packed)
    {
        Span<char> letters = stackalloc char[5];
        for (var (i, rest) = (0, packed); i < 5; i++, rest >>= 6)
            letters[i] = (char)((rest & 0x3F) + '0');
        if (States.TryGetValue(new string(letters), out var known))
            return known.Code;
        return packed switch
        {
            >= 687865856 and < 696254464 => packed - 687865856,
            > 100_000 => 8,
            _ => packed,
        };
    }
}
