using Twinrunner.Storage.Database.Sqlite;
using Twinrunner.Storage.Tests.Database;

namespace Twinrunner.Storage.Tests;

/// <summary>The test program: runs xunit, or is the process that a test kills.</summary>
internal static class Program
{
    public const string WriteUntilKilled = "--write-until-killed";

    public static async Task<int> Main(string[] args)
    {
        if (args is [WriteUntilKilled, var path])
        {
            await WriteAsync(path);
            return 0;
        }
        return await Xunit.Runner.InProc.SystemConsole.ConsoleRunner.Run(args);
    }

    /// <summary>Inserts for ever, several at a time, and prints the id of each document once it is acknowledged.</summary>
    private static async Task WriteAsync(string path)
    {
        await using var database = SqliteDatabase.Open(path);
        var documents = database.Collection("test");
        await documents.EnsureIndexAsync(new("by_n", ["n"]), CancellationToken.None);
        await using var output = new StreamWriter(Console.OpenStandardOutput()) { AutoFlush = true };
        var line = new Lock();
        await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(async () =>
        {
            while (true)
            {
                var document = SqliteFileTests.Document(ObjectId.New(TimeProvider.System));
                await documents.TryInsertAsync([document], CancellationToken.None);
                lock (line)
                    output.WriteLine(document.Id);
            }
        })));
    }
}
