using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Console;
using Twinrunner.Registry.Sync;
using Twinrunner.Runner.Api;
using Twinrunner.Runner.Attempts;
using Twinrunner.Runner.Components;
using Twinrunner.Runner.Credentials;
using Twinrunner.Runner.Executions;
using Twinrunner.Runner.Executors;
using Twinrunner.Runner.Executors.Kubernetes;
using Twinrunner.Runner.Executors.Processes;
using Twinrunner.Runner.Images;
using Twinrunner.Runner.Kubernetes.Access;
using Twinrunner.Runner.Logs;
using Twinrunner.Runner.Nodes;
using Twinrunner.Runner.Outputs;
using Twinrunner.Runner.Secrets;
using Twinrunner.Runner.Telemetry;
using Twinrunner.Runner.Twins;
using Twinrunner.Runner.Webhooks;
using Twinrunner.Storage;

namespace Twinrunner.Runner.Hosting;

/// <summary>The server: all features put together by their setups, behind one web host.</summary>
public static class RunnerHost
{
    private const string KubernetesName = "kubernetes";

    /// <summary>
    /// Takes the data folder and starts the server. Nothing of the process's surroundings but <paramref name="settings"/> has a
    /// say in it. Disposing the application, once it is stopped, gives the folder back; a start that fails gives it back itself.
    /// </summary>
    /// <exception cref="DataFolderInUseException">Another process serves the folder.</exception>
    /// <exception cref="InvalidSettingsException">The settings can't be used.</exception>
    /// <exception cref="IOException">An address is taken.</exception>
    public static async Task<WebApplication> StartAsync(HostSettings settings, CancellationToken cancellationToken)
    {
        var app = Create(settings);
        try
        {
            await app.StartAsync(cancellationToken);
            return app;
        }
        catch
        {
            // Stopped before it is disposed: services that work in the background are started before the addresses are
            // listened on, and one that loses its things in the middle of its work calls that a crash.
            await app.StopAsync(CancellationToken.None);
            await app.DisposeAsync();
            throw;
        }
    }

    private static WebApplication Create(HostSettings settings)
    {
        List<string> faults = [.. HostSettingsCheck.Faults(settings)];
        if (faults.Count > 0)
            throw new InvalidSettingsException(faults);
        var folder = DataFolderLock.Take(settings.DataFolder);
        try
        {
            var app = Build(settings, folder);
            // Made first, and so disposed last: after the database has let go of its files.
            app.Services.GetRequiredService<DataFolderLock>();
            return app;
        }
        catch
        {
            folder.Dispose();
            throw;
        }
    }

    private static WebApplication Build(HostSettings settings, DataFolderLock folder)
    {
        // Empty: no appsettings.json, no ASPNETCORE_URLS, no file watchers.
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions { ApplicationName = "twinrunner", ContentRootPath = settings.DataFolder });
        AddLogging(builder.Logging, settings);
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel => Listen(kestrel, settings));
        builder.Services.Configure<HostOptions>(options => options.ShutdownTimeout = settings.ShutdownTimeout);
        builder.Services.TryAddSingleton(TimeProvider.System);
        builder.Services.AddSingleton(settings);
        builder.Services.AddSingleton(_ => folder);
        builder.Services.AddSingleton<IHostLifetime, CallersLifetime>();
        builder.Services.AddHostedService<ServerAnnouncement>();

        AddFeatures(builder.Services, settings);

        var app = builder.Build();
        app.UseApi();
        app.MapApi(withFeatures: settings.Roles.Contains("api"), settings.MakeApiDocument);
        return app;
    }

    private static void AddFeatures(IServiceCollection services, HostSettings settings)
    {
        services.AddStorage(settings.Storage);
        services.AddLogs();
        services.AddOutputs(new OutputOptions
        {
            CacheBytes = settings.CacheBytes,
            Patience = settings.StorePatience,
            WorkFolder = settings is { Executor: KubernetesName, Kubernetes.Shared: { } shared } ? Path.Combine(shared.Path, "work") : null,
        });
        services.AddSecrets();
        services.AddCredentials();
        services.AddExecutors(Executors(settings));
        services.AddAttempts();
        // Only who runs steps has rights in the cluster: the other roles' pods get no token of it.
        if (settings.Executor == KubernetesName && settings.Roles.Contains("runner"))
            AddKubernetes(services, settings);
        services.AddComponents(settings.DataFolder, settings.Registry);
        services.AddWebhooks(new WebhookOptions(settings.GitHubWebhookSecrets));
        services.AddSingleton(new DefaultUser(settings.DefaultUser));
        if (settings.RunSteps && settings.Roles.Contains("registry"))
            services.AddSyncLoop();
        if (settings.RunSteps && settings.Roles.Contains("runner"))
            services.AddExecutions(new SchedulerOptions { Slots = settings.Slots }, settings.NodeLabels);
        else
            services.AddExecutionRequests();
        services.AddTelemetry(settings.Environment);
        services.AddApi(settings.MakeApiDocument);
    }

    private static void AddKubernetes(IServiceCollection services, HostSettings settings)
    {
        var cluster = settings.Kubernetes;
        try
        {
            var access = ClusterAccess.Find(cluster.Kubeconfig, cluster.Context, settings.Environment, TimeProvider.System);
            services.AddKubernetes(access, provider => new()
            {
                Installation = cluster.InstallationOf(settings, NodeIdentity.Load(settings.DataFolder, TimeProvider.System).Id.ToString()),
                Namespace = cluster.Namespace ?? access.Namespace,
                Shared = cluster.Shared,
                Helpers = cluster is { HelperImage: { } image, ApiUrl: { } url }
                    ? new(image, url, provider.GetRequiredService<AttemptTokens>().Issue, provider.GetRequiredService<AttemptService>().StoredAsync)
                    : null,
                User = cluster.User,
                Patience = cluster.Patience,
                ClusterDomain = cluster.ClusterDomain,
                Policies = cluster.Policies,
                FindDigest = provider.GetRequiredService<PublishedDigests>().FindAsync,
            });
            services.AddSingleton<PublishedDigests>();
        }
        catch (FormatException exception)
        {
            throw new InvalidSettingsException([$"kubernetes: {exception.Message}"]);
        }
    }

    private static ExecutorOptions Executors(HostSettings settings)
    {
        try
        {
            // Containers carry the node's name, so that a restarted server knows its own.
            var node = NodeIdentity.Load(settings.DataFolder, TimeProvider.System);
            return ExecutorOptions.FromEnvironment(node.Id.ToString(), settings.Environment) with
            {
                RunsContainers = settings.Executor != KubernetesName,
                Process = settings.EnableProcessExecutor ? new ProcessOptions { Folder = Path.Combine(settings.DataFolder, "processes") } : null,
            };
        }
        catch (FormatException exception)
        {
            throw new InvalidSettingsException([$"DOCKER_HOST: {exception.Message}"]);
        }
    }

    private static void AddLogging(ILoggingBuilder logging, HostSettings settings)
    {
        logging.SetMinimumLevel(settings.LogLevel);
        if (settings.LogLevel is > LogLevel.Trace and < LogLevel.Warning)
            logging.AddFilter("Microsoft", LogLevel.Warning);
        logging.AddFilter("Microsoft.Extensions.Hosting.Internal.Host", LogLevel.Critical); // what stops a start is thrown as well
        logging.AddConsole(console =>
        {
            console.FormatterName = ShortLineFormatter.FormatterName;
            console.LogToStandardErrorThreshold = LogLevel.Trace; // stdout carries data
        });
        logging.AddConsoleFormatter<ShortLineFormatter, ConsoleFormatterOptions>();
    }

    private static void Listen(KestrelServerOptions kestrel, HostSettings settings)
    {
        kestrel.AddServerHeader = false;
        kestrel.Limits.MaxRequestBodySize = settings.MaxRequestBytes;
        foreach (var url in settings.Urls)
        {
            var uri = new Uri(url);
            if (uri.Scheme == "unix")
            {
                File.Delete(uri.LocalPath); // left over from a process that was killed; bind refuses a path that is there
                kestrel.ListenUnixSocket(uri.LocalPath);
            }
            else if (uri.Host == "localhost")
            {
                kestrel.ListenLocalhost(uri.Port);
            }
            else
            {
                kestrel.Listen(IPAddress.Parse(uri.Host.Trim('[', ']')), uri.Port);
            }
        }
    }
}
