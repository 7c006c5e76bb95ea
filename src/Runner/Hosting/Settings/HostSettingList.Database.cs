namespace Twinrunner.Runner.Hosting;

public static partial class HostSettingList
{
    private static HostSetting[] Database =>
    [
        new("database", "--database", "TWIN_DATABASE", "the embedded one, in the data folder",
            "connection string of a MongoDB: mongodb://HOSTS/DATABASE?… or mongodb+srv://HOST/DATABASE?…; several servers may share it",
            "every change goes over the network and waits for a majority of the replica set",
            (settings, text) => settings with { Database = ConnectionString(text) }),
        new("databaseUser", "--database-user", "TWIN_DATABASE_USER", "the one in the connection string",
            "user of the database",
            "nothing",
            (settings, text) => settings with { DatabaseUser = text.Trim() }),
        new("databaseUserFile", "--database-user-file", "TWIN_DATABASE_USER_FILE", "none",
            "file whose only line is the user of the database",
            "nothing",
            (settings, text) => settings with { DatabaseUser = ReadFile(text).Trim() }),
        new("databasePasswordFile", "--database-password-file", "TWIN_DATABASE_PASSWORD_FILE", "none",
            "file whose only line is the password of the database's user",
            "nothing",
            (settings, text) => settings with { DatabasePassword = ReadFile(text).Trim() }),
        new("databasePassword", null, "TWIN_DATABASE_PASSWORD", "none",
            "the password itself, for where a file is impractical; not read from twinrunner.json",
            "whoever may read the process's environment can read it",
            (settings, text) => settings with { DatabasePassword = text })
        { IsSecret = true },
    ];

    private static string ConnectionString(string text) =>
        text.StartsWith("mongodb://", StringComparison.Ordinal) || text.StartsWith("mongodb+srv://", StringComparison.Ordinal)
            ? text
            : throw new FormatException("expected mongodb://… or mongodb+srv://… (without this setting the embedded database is used)");
}
