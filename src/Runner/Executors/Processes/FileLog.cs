namespace Twinrunner.Runner.Executors.Processes;

/// <summary>Gives a sink what is added to a file.</summary>
internal sealed class FileLog(string path, LogStream stream, long position, IStepSink sink)
{
    private const int BufferLength = 64 * 1024;

    private long _position = position;
    private long _length;

    /// <returns>There was something.</returns>
    public async Task<bool> CopyNewAsync(CancellationToken cancellationToken)
    {
        if (!File.Exists(path))
            return false;
        await using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0);
        // A command that truncates what it prints to (> /dev/stdout) goes on at a new end.
        if (file.Length < _length)
            _position = Math.Min(_position, file.Length);
        _length = file.Length;
        if (_position >= _length)
            return false;
        file.Position = _position;
        var buffer = new byte[Math.Min(BufferLength, _length - _position)];
        int read;
        while ((read = await file.ReadAsync(buffer, cancellationToken)) > 0)
        {
            await sink.WriteLogAsync(stream, buffer.AsMemory(0, read), cancellationToken);
            _position += read;
        }
        return true;
    }

    /// <summary>Shows what the sink has already.</summary>
    public async Task ReplayAsync(Func<LogStream, ReadOnlyMemory<byte>, CancellationToken, ValueTask> observer, CancellationToken cancellationToken)
    {
        if (_position == 0 || !File.Exists(path))
            return;
        await using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0);
        var buffer = new byte[BufferLength];
        var left = _position;
        int read;
        while (left > 0 && (read = await file.ReadAsync(buffer.AsMemory(0, (int)Math.Min(left, buffer.Length)), cancellationToken)) > 0)
        {
            await observer(stream, buffer.AsMemory(0, read), cancellationToken);
            left -= read;
        }
    }
}
