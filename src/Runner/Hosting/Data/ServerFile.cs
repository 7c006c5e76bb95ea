using System.Text.Json;
using System.Text.Json.Serialization;

namespace Twinrunner.Runner.Hosting;

/// <summary><c>server.json</c> in a data folder: where the process that serves it can be reached. There from when it listens until it stops.</summary>
/// <param name="Address">For <see cref="Client.RunnerClient"/>: <c>http://…</c> or <c>unix:///…</c>.</param>
/// <param name="Stays">False: it ends with the command that it is a part of.</param>
public sealed record ServerFile(string Address, int Pid, DateTimeOffset Started, string Version, bool Stays)
{
    private const string FileName = "server.json";

    /// <summary>Null: there is none, or it can't be read. It may be left over from a process that was killed.</summary>
    public static ServerFile? Read(string folder)
    {
        try
        {
            return JsonSerializer.Deserialize(File.ReadAllBytes(Path.Combine(folder, FileName)), ServerFileJson.Default.ServerFile);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or JsonException)
        {
            return null;
        }
    }

    /// <summary>Written whole or not at all, so that a reader never sees half of it.</summary>
    public void Write(string folder)
    {
        var path = Path.Combine(folder, FileName);
        File.WriteAllBytes(path + ".new", JsonSerializer.SerializeToUtf8Bytes(this, ServerFileJson.Default.ServerFile));
        File.Move(path + ".new", path, overwrite: true);
    }

    public static void Delete(string folder) => File.Delete(Path.Combine(folder, FileName));
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(ServerFile))]
internal sealed partial class ServerFileJson : JsonSerializerContext;
