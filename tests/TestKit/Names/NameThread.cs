using System.Net;
using System.Runtime.InteropServices;
using Xunit;

namespace Twinrunner.TestKit.Names;

/// <summary>
/// A thread whose questions for names go to a server of the test's own: it has an <c>/etc/resolv.conf</c> of its own, in a mount namespace
/// (mount_namespaces(7)), and so have the threads that it starts. The system has no other way to tell native code of one process.
/// </summary>
public static class NameThread
{
    private const int NewMounts = 0x00020000; // CLONE_NEWNS
    private const nuint Bind = 0x1000, Recursive = 0x4000, Private = 0x40000; // MS_…

    /// <summary>Does it on such a thread. Skips the test where that takes more rights.</summary>
    public static async Task<T> RunAsync<T>(IPAddress server, Func<T> call)
    {
        var file = Path.GetTempFileName();
        await File.WriteAllTextAsync(file, $"nameserver {server}\n");
        var done = new TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously);
        new Thread(() =>
        {
            try
            {
                if (Unshare(NewMounts) != 0 || Mount("none", "/", null, Recursive | Private, 0) != 0 || Mount(file, "/etc/resolv.conf", null, Bind, 0) != 0)
                    Assert.Skip("a thread with name servers of its own takes root");
                done.SetResult(call());
            }
            catch (Exception exception)
            {
                done.SetException(exception);
            }
        }).Start();
        try
        {
            return await done.Task;
        }
        finally
        {
            File.Delete(file);
        }
    }

    [DllImport("libc", EntryPoint = "unshare")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Unshare(int flags);

    [DllImport("libc", EntryPoint = "mount", CharSet = CharSet.Ansi)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Mount(string source, string target, string? type, nuint flags, nint data);
}
