using System.Diagnostics;

namespace Twinrunner.Bench.Rigs;

/// <summary>Programs beside which Twinrunner is measured.</summary>
internal static class Command
{
    private const int MostToldOfAnError = 300;

    /// <summary>Whether there is such a program.</summary>
    public static bool Exists(string name) => (Environment.GetEnvironmentVariable("PATH") ?? "")
        .Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries)
        .Any(folder => File.Exists(Path.Combine(folder, name)));

    /// <summary>Runs it to its end and drops what it prints.</summary>
    /// <exception cref="CommandFailedException">It ended with another code than 0, or could not be started.</exception>
    public static async Task RunAsync(string folder, string name, IEnumerable<string> arguments, CancellationToken cancellationToken)
    {
        using var process = new Process
        {
            StartInfo = new(name, arguments) { WorkingDirectory = folder, RedirectStandardOutput = true, RedirectStandardError = true, RedirectStandardInput = true },
        };
        try
        {
            process.Start();
        }
        catch (System.ComponentModel.Win32Exception exception)
        {
            throw new CommandFailedException($"{name} can't be started: {exception.Message}");
        }
        process.StandardInput.Close();
        var output = process.StandardOutput.ReadToEndAsync(cancellationToken);
        var errors = process.StandardError.ReadToEndAsync(cancellationToken);
        try
        {
            await process.WaitForExitAsync(cancellationToken);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            throw;
        }
        await output;
        var told = (await errors).Trim();
        if (process.ExitCode != 0)
            throw new CommandFailedException($"{name} ended with exit code {process.ExitCode}: {told[^Math.Min(told.Length, MostToldOfAnError)..].ReplaceLineEndings(" ")}");
    }
}

/// <summary>A program of somebody else did not do its job.</summary>
internal sealed class CommandFailedException(string message) : Exception(message);
