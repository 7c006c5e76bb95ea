using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Microsoft.Extensions.Logging;

namespace Twinrunner.Storage.Mongo.Native;

/// <summary>What the driver says for people, which it would write to stderr, goes to the logs of all open databases.</summary>
internal static unsafe partial class DriverLog
{
    private static ImmutableArray<ILogger> _logs = [];

    public static void Attach() => Libmongoc.SetLogHandler(&Write, null);

    public static void Add(ILogger log) => ImmutableInterlocked.Update(ref _logs, logs => logs.Add(log));

    public static void Remove(ILogger log) => ImmutableInterlocked.Update(ref _logs, logs => logs.Remove(log));

    // Called from any thread. Nothing may be thrown into the driver, and nothing of it called.
    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static void Write(int level, byte* domain, byte* message, void* state)
    {
        try
        {
            var severity = level switch
            {
                0 or 1 => LogLevel.Error,
                2 => LogLevel.Warning,
                3 or 4 => LogLevel.Information,
                5 => LogLevel.Debug,
                _ => LogLevel.Trace,
            };
            var (from, text) = (Marshal.PtrToStringUTF8((nint)domain), Marshal.PtrToStringUTF8((nint)message));
            foreach (var log in _logs)
                DriverSays(log, severity, from, text);
        }
        catch (Exception)
        {
            // A log that fails must not take the process with it.
        }
    }

    [LoggerMessage(Message = "libmongoc ({Domain}): {Message}")]
    private static partial void DriverSays(ILogger log, LogLevel level, string? domain, string? message);
}
