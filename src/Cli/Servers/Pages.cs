using Twinrunner.Client;

namespace Twinrunner.Cli.Servers;

/// <summary>Reads a list to its end.</summary>
internal static class Pages
{
    public static async Task<IReadOnlyList<T>> AllAsync<T>(Func<string?, CancellationToken, Task<Page<T>>> page, CancellationToken cancellationToken)
    {
        var all = new List<T>();
        string? after = null;
        do
        {
            var next = await page(after, cancellationToken);
            all.AddRange(next.Items);
            after = next.Next;
        }
        while (after is not null);
        return all;
    }
}
