using System.Globalization;
using System.Text;
using Twinrunner.Registry.Sources;

namespace Twinrunner.Registry.Git;

/// <summary>Reads many objects through one <c>git cat-file --batch</c>: a question a line, answered by a header and the bytes.</summary>
/// <param name="answers">Buffered: headers are read byte by byte.</param>
internal sealed class GitObjectReader(Stream questions, BufferedStream answers)
{
    /// <summary>Asks for a file's bytes by hash or <c>commit:path</c>. Their number, or null when there is no such file; then the bytes follow.</summary>
    public async Task<long?> AskAsync(string name, CancellationToken cancellationToken)
    {
        await questions.WriteAsync(Encoding.UTF8.GetBytes(name + "\n"), cancellationToken);
        await questions.FlushAsync(cancellationToken);
        var header = await ReadLineAsync(cancellationToken);
        if (header.EndsWith(" missing", StringComparison.Ordinal) || header.EndsWith(" submodule", StringComparison.Ordinal))
            return null;
        if (header.Split(' ') is not [_, var type, var text] || !long.TryParse(text, CultureInfo.InvariantCulture, out var size))
            throw new SourceException($"git gave an answer that makes no sense: {header}");
        if (type == "blob")
            return size;
        await ReadAsync(size, 0, cancellationToken);
        return null;
    }

    /// <summary>The bytes that follow an answer, up to a limit; the rest is read over.</summary>
    public async Task<byte[]> ReadAsync(long size, int limit, CancellationToken cancellationToken)
    {
        var bytes = new byte[(int)Math.Min(size, limit)];
        await answers.ReadExactlyAsync(bytes, cancellationToken);
        await CopyAsync(size - bytes.Length, Stream.Null, cancellationToken);
        await EndAsync(cancellationToken);
        return bytes;
    }

    /// <summary>The bytes that follow an answer, as a stream to read to its end before <see cref="EndAsync"/>.</summary>
    public Stream Open(long size) => new BoundedStream(answers, size);

    /// <summary>Reads over the line end behind an object's bytes.</summary>
    public async Task EndAsync(CancellationToken cancellationToken)
    {
        var end = new byte[1];
        await answers.ReadExactlyAsync(end, cancellationToken);
    }

    private async Task CopyAsync(long count, Stream destination, CancellationToken cancellationToken)
    {
        if (count > 0)
            await new BoundedStream(answers, count).CopyToAsync(destination, cancellationToken);
    }

    private async Task<string> ReadLineAsync(CancellationToken cancellationToken)
    {
        var line = new List<byte>(100);
        var one = new byte[1];
        while (await answers.ReadAsync(one, cancellationToken) == 1 && one[0] != '\n')
            line.Add(one[0]);
        return line.Count > 0 ? Encoding.UTF8.GetString([.. line]) : throw new SourceException("git ended in the middle of an answer.");
    }
}
