using System.Security.Cryptography;
using System.Text;

namespace Twinrunner.MongoGateway;

/// <summary>One login by SCRAM-SHA-256 (RFC 7677), checked by the extension against PostgreSQL's own verifiers.</summary>
internal sealed class Scram(Postgres postgres)
{
    private string _first = "";
    private string _serverFirst = "";
    private string _user = "";

    /// <summary>Who logged in; null: nobody yet.</summary>
    public string? User { get; private set; }

    public async Task<byte[]> StartAsync(ReadOnlyMemory<byte> message)
    {
        if (Bson.Text(message, "mechanism") != "SCRAM-SHA-256")
            throw new GatewayError(334, "MechanismUnavailable", "only SCRAM-SHA-256");
        var payload = Payload(message);
        _first = payload[(payload.IndexOf(",,", StringComparison.Ordinal) + 2)..];
        var fields = _first.Split(',').ToDictionary(field => field[..1], field => field[2..]);
        _user = fields["n"].Replace("=2C", ",").Replace("=3D", "=");
        await using var connection = await postgres.OpenAsync();
        var known = await Postgres.DocumentAsync(connection, "SELECT documentdb_api_internal.scram_sha256_get_salt_and_iterations($1)::bytea", Postgres.Text(_user));
        if (Bson.Number(known, "ok") != 1)
            throw Refused();
        var nonce = fields["r"] + Convert.ToBase64String(RandomNumberGenerator.GetBytes(18));
        _serverFirst = $"r={nonce},s={Bson.Text(known, "salt")},i={Bson.Number(known, "iterations")}";
        return Reply(_serverFirst, done: false);
    }

    public async Task<byte[]> ContinueAsync(ReadOnlyMemory<byte> message)
    {
        var payload = Payload(message);
        if (payload == "")
            return Reply("", done: true);
        var proof = payload.LastIndexOf(",p=", StringComparison.Ordinal);
        if (_serverFirst == "" || proof < 0)
            throw new GatewayError(17, "ProtocolError", "no conversation");
        await using var connection = await postgres.OpenAsync();
        var checkedProof = await Postgres.DocumentAsync(
            connection,
            "SELECT documentdb_api_internal.authenticate_with_scram_sha256($1,$2,$3)::bytea",
            Postgres.Text(_user), Postgres.Text($"{_first},{_serverFirst},{payload[..proof]}"), Postgres.Text(payload[(proof + 3)..]));
        if (Bson.Number(checkedProof, "ok") != 1)
            throw Refused();
        User = _user;
        return Reply($"v={Bson.Text(checkedProof, "ServerSignature")}", done: true);
    }

    private static string Payload(ReadOnlyMemory<byte> message) => Encoding.UTF8.GetString(Bson.Get(message, "payload")!.Value.Bytes);

    private static byte[] Reply(string payload, bool done) =>
        new BsonBuilder().Put("conversationId", 1).Put("done", done).PutBytes("payload", Encoding.UTF8.GetBytes(payload)).Put("ok", 1.0).Done();

    private static GatewayError Refused() => new(18, "AuthenticationFailed", "Authentication failed.");
}
