using Twinrunner.Cli.Terminals;
using Twinrunner.Client;

namespace Twinrunner.Cli.Images;

/// <summary>An image as people read it.</summary>
internal static class ImageText
{
    public static void Write(ImageView image, Terminal terminal, TextWriter writer)
    {
        Line("image", image.Reference);
        Line("digest", image.Digest);
        Line("platforms", string.Join(", ", image.Platforms));
        Line("size", $"{Humane.Size(image.Size)} compressed");
        Line("created", image.CreatedAt?.UtcDateTime.ToString("yyyy-MM-dd HH:mm 'UTC'"));
        Line("entrypoint", string.Join(' ', image.Entrypoint));
        Line("command", string.Join(' ', image.Command));
        Line("user", image.User);
        Line("ports", string.Join(", ", image.Ports));
        foreach (var (name, value) in image.Labels.OrderBy(label => label.Key, StringComparer.Ordinal))
            Line("label", $"{name}={value}");

        void Line(string name, string? value)
        {
            if (value is { Length: > 0 })
                writer.WriteLine(terminal.ForOut($"{name,-11}{value}"));
        }
    }
}
