using Twinrunner.Storage.Mongo.Bson;
using Twinrunner.Storage.Mongo.Native;

namespace Twinrunner.Storage.Mongo;

/// <summary>What the driver or the server said: kept as the inner exception of the sentence that a person can act on.</summary>
internal sealed class MongoException(uint domain, uint code, IReadOnlyCollection<string> labels, string message)
    : Exception($"MongoDB error {code}: {message}")
{
    // mongoc_error_domain_t and mongoc_error_code_t, in 1.x and 2.x
    private const uint ClientDomain = 1, StreamDomain = 2, ProtocolDomain = 3, SelectionDomain = 15, WriteConcernDomain = 16;
    private const uint AuthenticateCode = 11;

    /// <summary>Codes of servers that are starting, stopping, electing or overloaded (https://github.com/mongodb/specifications/blob/master/source/retryable-writes/retryable-writes.md), and a majority that didn't answer in time.</summary>
    private static readonly HashSet<uint> Passing =
        [6, 7, 64, 89, 91, 112, 133, 134, 189, 262, 9001, 10107, 11600, 11602, 13435, 13436];

    public uint Code => code;

    public string Said => message;

    public IReadOnlyCollection<string> Labels => labels;

    /// <summary>An id or a unique value is taken.</summary>
    public bool IsTaken => code is 11000 or 11001;

    public bool IsRefused => code is 18 || (domain == ClientDomain && code == AuthenticateCode);

    public bool IsUnreachable => domain is SelectionDomain or StreamDomain;

    /// <summary>It may work when tried again. A write may have been done nevertheless.</summary>
    public bool IsPassing =>
        !IsRefused && (domain is StreamDomain or ProtocolDomain or SelectionDomain or WriteConcernDomain || Passing.Contains(code)
            || labels.Contains("RetryableWriteError") || labels.Contains("TransientTransactionError") || labels.Contains("UnknownTransactionCommitResult"));

    public static MongoException From(in BsonError error, ReadOnlySpan<byte> reply)
    {
        var labels = new List<string>();
        if (reply.Length > 0 && BsonReader.TryFind(reply, "errorLabels"u8, out var found) && found.Type == BsonType.Array)
        {
            var items = new BsonReader(found.Value);
            while (items.Read())
                labels.Add(System.Text.Encoding.UTF8.GetString(items.Text));
        }
        return new(error.Domain, error.Code, labels, error.Message);
    }
}
