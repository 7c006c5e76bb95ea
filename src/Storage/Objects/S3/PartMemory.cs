using System.Buffers;

namespace Twinrunner.Storage.Objects.S3;

/// <summary>Memory for content on its way up, bounded over all uploads. Who waits for some is served in turn.</summary>
internal sealed class PartMemory : IDisposable
{
    private const int Unit = 1 << 20;

    private readonly int _units;
    private readonly SemaphoreSlim _free;
    private readonly SemaphoreSlim _turn = new(1);

    public PartMemory(long bytes)
    {
        _units = (int)Math.Max(1, bytes / Unit);
        _free = new(_units);
    }

    /// <summary>A buffer of at least so many bytes. One larger than all memory takes all of it, and is alone.</summary>
    public async Task<Part> RentAsync(int bytes, CancellationToken cancellationToken)
    {
        var units = Math.Clamp((bytes + Unit - 1) / Unit, 1, _units);
        var taken = 0;
        // Only one gathers at a time, so that two never wait for what the other holds.
        await _turn.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            for (; taken < units; taken++)
                await _free.WaitAsync(cancellationToken).ConfigureAwait(false);
            return new(this, ArrayPool<byte>.Shared.Rent(Math.Max(1, bytes)), bytes, units);
        }
        catch when (taken > 0 && taken < units)
        {
            _free.Release(taken);
            throw;
        }
        finally
        {
            _turn.Release();
        }
    }

    public void Dispose()
    {
        _free.Dispose();
        _turn.Dispose();
    }

    /// <summary>A piece of an object's content.</summary>
    internal sealed class Part(PartMemory memory, byte[] buffer, int capacity, int units) : IDisposable
    {
        private int _disposed;

        public Memory<byte> Room => buffer.AsMemory(0, capacity);

        /// <summary>Bytes of it that are content.</summary>
        public int Length { get; set; }

        public MemoryStream Open() => new(buffer, 0, Length, writable: false);

        public void Dispose()
        {
            if (Interlocked.Exchange(ref _disposed, 1) != 0)
                return;
            ArrayPool<byte>.Shared.Return(buffer);
            memory._free.Release(units);
        }
    }
}
