namespace Twinrunner.MongoGateway;

/// <param name="Postgres">Connection string of a PostgreSQL with the extension documentdb.</param>
internal sealed record GatewayOptions(string Postgres, int Port)
{
    public bool NeedsUsers { get; init; }

    /// <summary>Name of the replica set that it says it is; null: a server alone.</summary>
    public string? SetName { get; init; }

    /// <summary>Files with certificate and key (PEM); null: no TLS.</summary>
    public string? Certificate { get; init; }

    public string? Key { get; init; }

    /// <summary>File with the authority (PEM) whose certificates are users, too; null: only passwords log in.</summary>
    public string? UserAuthority { get; init; }
}
