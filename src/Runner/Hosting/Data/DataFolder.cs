namespace Twinrunner.Runner.Hosting;

/// <summary>The folder that holds everything of one installation.</summary>
public static class DataFolder
{
    /// <summary><c>TWIN_DATA</c>, else <c>$XDG_DATA_HOME/twinrunner</c>, else <c>~/.local/share/twinrunner</c>.</summary>
    public static string DefaultPath(Func<string, string?> environment)
    {
        if (environment("TWIN_DATA") is { Length: > 0 } data)
            return Path.GetFullPath(data);
        // A relative XDG path is to be ignored (XDG Base Directory Specification).
        if (environment("XDG_DATA_HOME") is { Length: > 0 } share && Path.IsPathFullyQualified(share))
            return Path.Combine(share, "twinrunner");
        var home = environment("HOME") is { Length: > 0 } given ? given : Environment.GetFolderPath(Environment.SpecialFolder.UserProfile);
        return Path.Combine(home.Length > 0 ? home : "/", ".local", "share", "twinrunner");
    }

    /// <summary>Makes the folder if it isn't there, for this user only: it holds secrets, and outputs of everybody's steps.</summary>
    public static void Create(string path)
    {
        if (OperatingSystem.IsWindows())
            Directory.CreateDirectory(path);
        else
            Directory.CreateDirectory(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }
}
