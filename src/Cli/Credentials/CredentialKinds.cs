using Twinrunner.Client;

namespace Twinrunner.Cli.Credentials;

/// <summary>Kinds of credentials as command lines write them.</summary>
internal static class CredentialKinds
{
    private static readonly Dictionary<string, CredentialKind> Kinds = new()
    {
        ["github"] = CredentialKind.GitHub,
        ["git"] = CredentialKind.Git,
        ["image-registry"] = CredentialKind.ImageRegistry,
    };

    public static IEnumerable<string> Names => Kinds.Keys;

    public static CredentialKind Parse(string name) => Kinds[name];

    public static string NameOf(CredentialKind kind) => Kinds.First(pair => pair.Value == kind).Key;
}
