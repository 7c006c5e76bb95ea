using Twinrunner.Registry.Components;
using Twinrunner.Registry.Sources;
using Twinrunner.Registry.Sync;
using Twinrunner.Storage;
using Twinrunner.Storage.Documents;
using Twinrunner.Storage.Stores;

namespace Twinrunner.Registry.Zoos;

/// <summary>
/// Adds lists of repositories, and registers a component for each repository that they name. What a list names no longer stays
/// registered: workflows may use it.
/// </summary>
public sealed class ZooService
{
    private const int Page = 100;

    private readonly ZooSource _source;
    private readonly ZooStore _zoos;
    private readonly ComponentAdditions _additions;
    private readonly RegistryEvents _events;
    private readonly SyncSchedule _schedule;
    private readonly RegistryOptions _options;
    private readonly TimeProvider _time;

    internal ZooService(
        ZooSource source, ZooStore zoos, ComponentAdditions additions, RegistryEvents events, SyncSchedule schedule, RegistryOptions options, TimeProvider time)
    {
        (_source, _zoos, _additions, _events, _schedule, _options, _time) = (source, zoos, additions, events, schedule, options, time);
    }

    /// <summary>Reads the index and announces its components, whose first looks the loop takes.</summary>
    /// <param name="name">Null: made from the address.</param>
    public async Task<ZooOutcome> AddAsync(string address, string? name, CancellationToken cancellationToken)
    {
        if (ZooSource.Fault(address) is { } fault)
            return new ZooOutcome.Refused(fault);
        if (name is not null && ComponentName.Fault(name) is { } wrong)
            return new ZooOutcome.Refused(wrong);
        name ??= ComponentName.From(Path.GetFileNameWithoutExtension(address.TrimEnd('/')));
        try
        {
            var entries = await _source.ReadAsync(address, cancellationToken);
            var now = _time.GetUtcNow();
            var zoo = new Zoo { Id = Id<Zoo>.New(_time), Name = name, Address = address, NextAt = now, CreatedAt = now };
            if (!await _zoos.TryInsertAsync(zoo, cancellationToken))
                return new ZooOutcome.Conflict($"There is a zoo '{name}' already. Give this one another name (--name), or remove that one.");
            await _events.TellAsync("zoo.added", $"{name}, from {address}", cancellationToken);
            return new ZooOutcome.Done((await TakeAsync(zoo, entries, cancellationToken))!);
        }
        catch (SourceException exception)
        {
            return new ZooOutcome.Refused(exception.Message);
        }
    }

    /// <summary>By id or by name.</summary>
    public async Task<Zoo?> FindAsync(string idOrName, CancellationToken cancellationToken) =>
        Id<Zoo>.TryParse(idOrName, null, out var id) && await _zoos.GetAsync(id, cancellationToken) is { } zoo ? zoo : await _zoos.FindByNameAsync(idOrName, cancellationToken);

    /// <summary>A page of all zoos, newest first.</summary>
    public Task<IReadOnlyList<Zoo>> ListAsync(Id<Zoo>? before, int limit, CancellationToken cancellationToken) => _zoos.ListAsync(before, limit, cancellationToken);

    /// <summary>Follows it no longer. Its components stay.</summary>
    public async Task RemoveAsync(Zoo zoo, CancellationToken cancellationToken)
    {
        if (await _zoos.DeleteAsync(zoo.Id, cancellationToken))
            await _events.TellAsync("zoo.removed", $"{zoo.Name}, from {zoo.Address}", cancellationToken);
    }

    /// <summary>Reads the index again. Null: the zoo is gone.</summary>
    public async Task<Zoo?> LookAsync(Zoo zoo, CancellationToken cancellationToken)
    {
        try
        {
            return await TakeAsync(zoo, await _source.ReadAsync(zoo.Address, cancellationToken), cancellationToken);
        }
        catch (SourceException exception)
        {
            if (zoo.Failure != exception.Message)
                await _events.TellAsync("zoo.failed", $"{zoo.Name}: {exception.Message}", cancellationToken);
            return await _zoos.UpdateAsync(zoo.Id, current => current with
            {
                LookedAt = _time.GetUtcNow(),
                Failure = exception.Message,
                Failures = current.Failures + 1,
                NextAt = _schedule.AfterFailure(Interval, current.Failures + 1)!.Value,
            }, cancellationToken);
        }
    }

    /// <summary>Looks at those whose time has come. Called by the loop, which is one at a time.</summary>
    internal async Task LookAtDueAsync(CancellationToken cancellationToken)
    {
        foreach (var zoo in await _zoos.FindDueAsync(_time.GetUtcNow(), Page, cancellationToken))
            await LookAsync(zoo, cancellationToken);
    }

    /// <summary>An index is looked at also where components aren't followed by themselves.</summary>
    private TimeSpan Interval => _options.SyncInterval > TimeSpan.Zero ? _options.SyncInterval : TimeSpan.FromHours(1);

    private async Task<Zoo?> TakeAsync(Zoo zoo, IReadOnlyList<ZooEntry> entries, CancellationToken cancellationToken)
    {
        var known = zoo.Members.Where(member => member.Component is not null).DistinctBy(Key).ToDictionary(Key);
        List<ZooMember> members = [];
        foreach (var entry in entries.DistinctBy(entry => (entry.Repository, entry.Subfolder)))
            members.Add(known.GetValueOrDefault((entry.Repository, entry.Subfolder)) ?? await AnnounceAsync(zoo, entry, cancellationToken));
        return await _zoos.UpdateAsync(zoo.Id, current => current with
        {
            Members = members,
            LookedAt = _time.GetUtcNow(),
            Failure = null,
            Failures = 0,
            NextAt = _schedule.AfterSuccess(Interval)!.Value,
        }, cancellationToken);
    }

    private static (string, string?) Key(ZooMember member) => (member.Repository, member.Subfolder);

    private async Task<ZooMember> AnnounceAsync(Zoo zoo, ZooEntry entry, CancellationToken cancellationToken)
    {
        if (!ZooSource.MayName(zoo.Address, entry.Repository))
            return new(entry.Repository, entry.Subfolder, null, SourceAddress.Fault(entry.Repository));
        var rules = entry is { Tags: null, Branch: null } ? null : new VersionRules { TagPattern = entry.Tags, Branch = entry.Branch };
        var (component, fault) = await _additions.AnnounceAsync(new(entry.Repository, Subfolder: entry.Subfolder) { Rules = rules }, cancellationToken);
        return new(entry.Repository, entry.Subfolder, component?.Id, fault);
    }
}

/// <summary>How adding a zoo ended.</summary>
public abstract record ZooOutcome
{
    private ZooOutcome()
    {
    }

    public sealed record Done(Zoo Zoo) : ZooOutcome;

    /// <summary>There is no index that can be used; the message says why.</summary>
    public sealed record Refused(string Message) : ZooOutcome;

    /// <summary>The name is another's.</summary>
    public sealed record Conflict(string Message) : ZooOutcome;
}
