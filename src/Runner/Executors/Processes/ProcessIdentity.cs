namespace Twinrunner.Runner.Executors.Processes;

/// <summary>A process for all times: its number may be given to another one, its start time (in ticks since the boot) tells them apart.</summary>
internal sealed record ProcessIdentity(int Id, ulong StartTicks)
{
    private const int StateField = 0, StartField = 19;

    /// <param name="stat">A line of <c>/proc/&lt;id&gt;/stat</c>; see proc(5).</param>
    public static ProcessIdentity? Parse(string stat)
    {
        // The second field is the command's name in parentheses, with whatever characters it likes.
        var end = stat.LastIndexOf(')');
        var fields = end < 0 ? [] : stat[(end + 1)..].Split(' ', StringSplitOptions.RemoveEmptyEntries);
        return fields.Length > StartField
            && int.TryParse(stat.AsSpan(0, stat.IndexOf(' ', StringComparison.Ordinal)), out var id)
            && ulong.TryParse(fields[StartField], out var start)
                ? new(id, start)
                : null;
    }

    public bool IsAlive()
    {
        try
        {
            var stat = File.ReadAllText($"/proc/{Id}/stat");
            var state = stat[(stat.LastIndexOf(')') + 1)..].TrimStart()[StateField];
            return state is not ('Z' or 'X') && Parse(stat) == this;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }
}
