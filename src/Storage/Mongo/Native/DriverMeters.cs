using System.Diagnostics.Metrics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Twinrunner.Storage.Mongo.Native;

/// <summary>How long the commands sent to MongoDB take, as the driver's own monitoring measures them.</summary>
internal static unsafe class DriverMeters
{
    public const string MeterName = "Twinrunner.Storage";

    private static readonly InstrumentAdvice<double> Borders = new() { HistogramBucketBoundaries = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10] };

    private static readonly Histogram<double> Duration = new Meter(MeterName).CreateHistogram(
        "twinrunner.mongodb.command.duration", "s", "Time that commands to MongoDB took, by name and whether they failed.", tags: null, Borders);

    public static void Attach(PoolHandle pool)
    {
        var callbacks = Libmongoc.NewCallbacks();
        Libmongoc.OnCommandSucceeded(callbacks, &Succeeded);
        Libmongoc.OnCommandFailed(callbacks, &Failed);
        Libmongoc.SetCallbacks(pool, callbacks, null);
        Libmongoc.DestroyCallbacks(callbacks); // the pool has a copy
    }

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static void Succeeded(nint command) =>
        Record(Libmongoc.SucceededName(command), Libmongoc.SucceededMicroseconds(command), failed: false);

    [UnmanagedCallersOnly(CallConvs = [typeof(CallConvCdecl)])]
    private static void Failed(nint command) =>
        Record(Libmongoc.FailedName(command), Libmongoc.FailedMicroseconds(command), failed: true);

    private static void Record(byte* name, long microseconds, bool failed)
    {
        if (!Duration.Enabled)
            return;
        try
        {
            Duration.Record(
                microseconds / 1e6,
                KeyValuePair.Create<string, object?>("command", Marshal.PtrToStringUTF8((nint)name)),
                KeyValuePair.Create<string, object?>("failed", failed));
        }
        catch (Exception)
        {
            // A listener that fails must not take the process with it.
        }
    }
}
