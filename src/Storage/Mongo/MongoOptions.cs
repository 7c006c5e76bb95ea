namespace Twinrunner.Storage.Mongo;

/// <summary>Where the database is and who we are there.</summary>
/// <param name="Address">A connection string: <c>mongodb://…</c> or <c>mongodb+srv://…</c>. Its path names the database.</param>
/// <param name="User">In place of the user in the address.</param>
/// <param name="Password">In place of the password in the address.</param>
public sealed record MongoOptions(string Address, string? User = null, string? Password = null)
{
    /// <summary>Database of an address that names none.</summary>
    public const string DefaultDatabase = "twinrunner";

    /// <summary>How long a call tries again, when the connection is lost or the server has no primary, before it fails.</summary>
    public TimeSpan Patience { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>How long the server may work on one read.</summary>
    public TimeSpan ReadLimit { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>Without what must not be seen: for messages and logs.</summary>
    public override string ToString() => MongoAddress.WithoutPassword(Address);
}
