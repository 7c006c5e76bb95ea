using Twinrunner.Storage.Database;

namespace Twinrunner.Storage.Mongo;

/// <summary>Sentences that a person can act on.</summary>
internal static class MongoErrors
{
    public static DatabaseException Translate(MongoOptions options, MongoException exception) => new(Sentence(options, exception), exception);

    private static string Sentence(MongoOptions options, MongoException exception) => exception switch
    {
        { IsRefused: true } when options.Address.Contains("MONGODB-X509", StringComparison.OrdinalIgnoreCase) =>
            $"The database {options} refused the certificate ({exception.Said}). Give the file with certificate and key as tlsCertificateKeyFile in the address; its subject is the user's name in the database $external.",
        { IsRefused: true } =>
            $"The database {options} refused the user or the password ({exception.Said}). Check databaseUser and databasePassword, and authSource in the address.",
        { IsUnreachable: true } when options.Address.Contains("tlsCertificateKeyFile", StringComparison.OrdinalIgnoreCase) =>
            $"The database {options} can't be reached, or it and this machine can't agree on TLS ({exception.Said}). Check that it runs, that tlsCertificateKeyFile holds a certificate and its key, that the server trusts its authority, and that tlsCAFile is the server's authority.",
        { IsUnreachable: true } when exception.Said.Contains("certificate", StringComparison.OrdinalIgnoreCase) || exception.Said.Contains("TLS", StringComparison.OrdinalIgnoreCase) =>
            $"The database {options} and this machine can't agree on TLS ({exception.Said}). Give the file of the authority that signed its certificate as tlsCAFile in the address, and check the certificate's names.",
        { IsUnreachable: true } =>
            $"The database {options} can't be reached ({exception.Said}). Check that it runs, that the address and the replica set's name are right, and that no firewall is between.",
        { IsTaken: true } =>
            $"The change was refused, because it would give two documents the same value: {exception.Said}.",
        { Code: 13 } =>
            $"The user of the database {options} may not do that ({exception.Said}). Grant it the role readWrite on the database.",
        { Code: 20 } =>
            $"The database {options} is a server without a replica set, which transactions need. Start it with --replSet and run rs.initiate() once: a set of one server is enough.",
        { Code: 50 } =>
            $"The database {options} took too long to answer. It may be overloaded, or lack an index.",
        { Code: 10334 or 17280 } =>
            $"A document is larger than the database {options} takes (16 MiB).",
        { Code: 14031 } =>
            $"The disk of the database {options} is full. Free some space; nothing that was acknowledged is lost.",
        _ => $"The database {options} refused: {exception.Said}.",
    };
}
