using System.Runtime.InteropServices;

namespace Twinrunner.Storage.Mongo.Native;

/// <summary>Something of the driver's that is destroyed exactly once. Created by a call, which gives null when it fails.</summary>
internal abstract class DriverHandle() : SafeHandle(0, ownsHandle: true)
{
    public override bool IsInvalid => handle == 0;

    protected abstract void Destroy(nint pointer);

    protected override bool ReleaseHandle()
    {
        Destroy(handle);
        return true;
    }
}

internal sealed class UriHandle : DriverHandle
{
    protected override void Destroy(nint pointer) => Libmongoc.DestroyUri(pointer);
}

internal sealed class PoolHandle : DriverHandle
{
    protected override void Destroy(nint pointer) => Libmongoc.DestroyPool(pointer);
}

// The following belong to a client: dispose them before it goes back to its pool.

internal sealed class CollectionHandle : DriverHandle
{
    protected override void Destroy(nint pointer) => Libmongoc.DestroyCollection(pointer);
}

internal sealed class CursorHandle : DriverHandle
{
    protected override void Destroy(nint pointer) => Libmongoc.DestroyCursor(pointer);
}

internal sealed class ChangeStreamHandle : DriverHandle
{
    protected override void Destroy(nint pointer) => Libmongoc.DestroyChangeStream(pointer);
}

/// <summary>Destroying it ends its transaction, if one is open.</summary>
internal sealed class SessionHandle : DriverHandle
{
    protected override void Destroy(nint pointer) => Libmongoc.DestroySession(pointer);
}
