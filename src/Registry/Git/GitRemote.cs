namespace Twinrunner.Registry.Git;

/// <summary>A repository elsewhere, checked, and what git must be told to reach it and nothing else.</summary>
/// <param name="Protocol">The only one that git may speak: <c>file</c>, <c>https</c>, <c>http</c>, <c>ssh</c> or <c>git</c>.</param>
/// <param name="Configuration">Goes through the environment: no other user can read it there, unlike arguments.</param>
/// <param name="SshOptions">Further options of the ssh command.</param>
internal sealed record GitRemote(string Address, string Protocol, IReadOnlyDictionary<string, string> Configuration, string SshOptions = "")
{
    public static GitRemote Local(string path) => new(path, "file", new Dictionary<string, string>());

    /// <summary>It may hold a credential.</summary>
    public override string ToString() => Address;
}
