using System.Diagnostics;
using System.Text;
using Twinrunner.Storage.Database;
using Twinrunner.Storage.Database.Sqlite;
using Twinrunner.TestKit;

namespace Twinrunner.Storage.Tests.Database;

/// <summary>What becomes of the file when things go wrong.</summary>
public sealed class SqliteFileTests : IDisposable
{
    private readonly TestFolder _folder = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private string File => _folder["test.db"];

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_killed_process_loses_nothing_that_was_acknowledged()
    {
        using var writer = Process.Start(new ProcessStartInfo(Environment.ProcessPath!, [.. HostArguments, Program.WriteUntilKilled, File])
        {
            RedirectStandardOutput = true,
        })!;
        var acknowledged = new List<ObjectId>();
        while (acknowledged.Count < 300 && await writer.StandardOutput.ReadLineAsync(Token) is { } line)
            acknowledged.Add(ObjectId.Parse(line));
        writer.Kill();
        while (await writer.StandardOutput.ReadLineAsync(Token) is { } line)
        {
            if (ObjectId.TryParse(line, out var id)) // the last line may be cut
                acknowledged.Add(id);
        }
        await writer.WaitForExitAsync(Token);

        await using var database = SqliteDatabase.Open(File);
        var stored = await database.Collection("test").GetManyAsync(acknowledged, Token);

        Assert.True(acknowledged.Count >= 300);
        Assert.Equal(acknowledged, stored.Select(document => document.Id));
        Assert.Equal(acknowledged.Count, (await database.Collection("test").FindAsync(new(Filter.Has("n")) { Limit = int.MaxValue }, Token)).Count(document => acknowledged.Contains(document.Id)));
    }

    [Fact]
    public async Task A_full_disk_fails_the_writes_and_not_the_database()
    {
        var connection = SqliteSchema.OpenWriter(File);
        var writer = new SqliteWriter(connection);
        Assert.True(await writer.WriteAsync(c => Insert(c, "before"), Token));
        await writer.WriteAsync(c => c.ReadInteger($"PRAGMA max_page_count = {c.ReadInteger("PRAGMA page_count")}"), Token);

        var failed = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ =>
            Assert.ThrowsAsync<DatabaseException>(() => writer.WriteAsync(c => Insert(c, new string('x', 100_000)), Token))));
        Assert.All(failed, exception => Assert.Contains("is full", exception.Message, StringComparison.Ordinal));

        await writer.WriteAsync(c => c.ReadInteger("PRAGMA max_page_count = 1000000"), Token);
        Assert.True(await writer.WriteAsync(c => Insert(c, "after"), Token));
        Assert.Equal(2, await writer.WriteAsync(c => c.ReadInteger("SELECT count(*) FROM test"), Token));
        await writer.StopAsync();

        static bool Insert(SqliteConnection connection, string body)
        {
            SqliteSchema.CreateTable(connection, "test");
            using var statement = connection.Prepare("INSERT INTO test (id, revision, body) VALUES (?, 1, ?)");
            return statement.Bind(ObjectId.New(TimeProvider.System)).BindText(Encoding.UTF8.GetBytes(body)).TryRun();
        }
    }

    [Fact]
    public async Task A_file_that_is_no_database_is_refused_and_left_alone()
    {
        var text = string.Concat(Enumerable.Repeat("this is not a database\n", 1000));
        await System.IO.File.WriteAllTextAsync(File, text, Token);

        Assert.Contains("is not a database", Refusal(), StringComparison.Ordinal);
        Assert.Equal(text, await System.IO.File.ReadAllTextAsync(File, Token));
    }

    [Fact]
    public void Another_programs_database_is_refused()
    {
        using (var other = new SqliteConnection(File))
            other.Execute("CREATE TABLE notes (text)");

        Assert.Contains("is not a database", Refusal(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_newer_layout_is_refused_with_what_to_do()
    {
        await SqliteDatabase.Open(File).DisposeAsync();
        using (var newer = new SqliteConnection(File))
            newer.Execute($"PRAGMA user_version = {SqliteSchema.Version + 1}");

        Assert.Contains("newer Twinrunner", Refusal(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_damaged_file_says_that_it_is_damaged()
    {
        await using (var database = SqliteDatabase.Open(File))
        {
            var documents = database.Collection("test");
            await documents.TryInsertAsync([.. Enumerable.Range(0, 1000).Select(_ => Document(ObjectId.New(TimeProvider.System)))], Token);
        }
        await using (var file = System.IO.File.OpenWrite(File))
        {
            file.Position = 8192;
            await file.WriteAsync(new byte[file.Length - 8192], Token);
        }

        await using var damaged = SqliteDatabase.Open(File);
        var exception = await Assert.ThrowsAsync<DatabaseException>(() => damaged.Collection("test").FindAsync(new(Filter.Has("n")), Token));
        Assert.Contains("is damaged", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_folder_in_the_files_place_is_refused()
    {
        Directory.CreateDirectory(File);

        Assert.Contains("can't be opened", Refusal(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_database_locked_by_another_process_says_so()
    {
        await SqliteDatabase.Open(File).DisposeAsync();
        using var other = new SqliteConnection(File);
        other.Execute("BEGIN IMMEDIATE");
        var connection = SqliteSchema.OpenWriter(File);
        connection.ReadInteger("PRAGMA busy_timeout = 0");
        var writer = new SqliteWriter(connection);

        var exception = await Assert.ThrowsAsync<DatabaseException>(() => writer.WriteAsync(c => c.Changes, Token));
        Assert.Contains("is locked by another process", exception.Message, StringComparison.Ordinal);

        other.Execute("ROLLBACK");
        await writer.WriteAsync(c => c.Changes, Token);
        await writer.StopAsync();
    }

    [Fact]
    public async Task A_closed_database_refuses_work_and_finished_what_waited()
    {
        var database = SqliteDatabase.Open(File);
        var documents = database.Collection("test");
        await documents.CountAsync(Filter.All, 1, Token);
        var waiting = Enumerable.Range(0, 100).Select(_ => documents.TryInsertAsync([Document(ObjectId.New(TimeProvider.System))], Token)).ToList();

        await database.DisposeAsync();

        Assert.All(await Task.WhenAll(waiting), Assert.True);
        await Assert.ThrowsAsync<ObjectDisposedException>(() => documents.FindAsync(new(Filter.All), Token));
        await Assert.ThrowsAsync<ObjectDisposedException>(() => documents.DeleteAsync(Filter.All, Token));
    }

    [Fact]
    public async Task A_running_query_can_be_cancelled()
    {
        await using var database = SqliteDatabase.Open(File);
        using var cancel = new CancellationTokenSource();
        using var connection = SqliteSchema.OpenReader(File);
        var readers = new SqliteReaders([connection]);
        var begun = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);

        var endless = readers.ReadAsync(c =>
        {
            begun.SetResult();
            return c.ReadInteger("WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT max(i) FROM n");
        }, cancel.Token);
        await begun.Task;
        var next = readers.ReadAsync(c => c.ReadInteger("SELECT 7"), Token);
        await cancel.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => endless);
        Assert.Equal(7, await next);
        await readers.StopAsync();
    }

    internal static NewDocument Document(ObjectId id) => new(id, Encoding.UTF8.GetBytes($$"""{"_id":{"$oid":"{{id}}"},"n":1}"""));

    /// <summary>Nothing when this process is the test program itself, its file when it is <c>dotnet</c>.</summary>
    private static string[] HostArguments =>
        Path.GetFileNameWithoutExtension(Environment.ProcessPath) == "dotnet" ? ["exec", typeof(Program).Assembly.Location] : [];

    private string Refusal() => Assert.Throws<DatabaseException>(() => SqliteDatabase.Open(File)).Message;
}
