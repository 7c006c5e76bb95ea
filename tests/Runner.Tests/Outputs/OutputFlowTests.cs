using System.Diagnostics;
using System.Text;
using Twinrunner.Runner.Executors;
using Twinrunner.Runner.Outputs;
using Twinrunner.Runner.Outputs.Manifests;
using Twinrunner.Storage;
using Twinrunner.Storage.Documents;
using Twinrunner.Storage.Objects;
using Twinrunner.TestKit;

namespace Twinrunner.Runner.Tests.Outputs;

public sealed class FileOutputFlowTests() : OutputFlowTests(null);

public sealed class FirstS3OutputFlowTests() : OutputFlowTests(TestS3.First);

public sealed class SecondS3OutputFlowTests() : OutputFlowTests(TestS3.Second);

/// <summary>What one step leaves becomes what the next one takes: on a real file system, with all that a component may do to it.</summary>
public abstract class OutputFlowTests(string? server) : IAsyncLifetime
{
    private TestBucket? _bucket;
    private readonly List<StepKey> _made = [];
    private TestStores _stores = null!;

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _bucket = server is null ? null : await TestS3.Get(server).MakeBucketAsync(Cancelled);
        _stores = await TestStores.OpenAsync(services => services.AddOutputs(), _bucket?.Options, Cancelled);
    }

    public async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        if (_stores is not null)
        {
            _made.ForEach(_stores.Get<WorkFolders>().Delete);
            await _stores.DisposeAsync();
        }
        if (_bucket is not null)
            await _bucket.DisposeAsync();
    }

    [Fact]
    public async Task Files_with_odd_names_go_from_step_to_step_as_they_are()
    {
        var (step, folders) = await NewStepAsync("load");
        Shell(folders.Output, """
            mkdir -p 'a dir/deep' empty a.d
            printf one > 'a dir/deep/x y.txt'; printf two > "$(printf 'new\nline')"; printf three > "$(printf 'bad\377name')"
            printf four > '-rf'; printf five > 'ünï çödé 😀'; printf six > 'CON:?*"|<>\\'; printf seven > .hidden; printf eight > a; printf nine > a.d/x; mv a a.txt
            printf script > run.sh; chmod 755 run.sh; ln -s 'a dir/deep' link; ln -s ../run.sh empty/up; rm empty/up; : > nothing
            """);
        var collected = await CollectAsync(step, folders);
        Assert.True(collected.Succeeded, collected.Message);
        Assert.Empty(collected.Warnings);

        var (_, next) = await NewStepAsync("next");
        var resolved = await ResolveAsync(collected, step);
        Assert.True(resolved.Complete, resolved.Missing);
        await _stores.Get<InputStager>().StageAsync(resolved, next, Told, Cancelled);
        Assert.Equal("", Shell(next.Input, $"diff -r '{folders.Output}' . && readlink link | diff - <(echo 'a dir/deep')"));
        Assert.Equal("755\n", Shell(next.Input, "stat -c %a run.sh"));
    }

    [Fact]
    public async Task A_component_that_writes_into_its_input_changes_no_stored_file()
    {
        var (step, folders) = await NewStepAsync("load");
        Shell(folders.Output, "printf original > file");
        var collected = await CollectAsync(step, folders);
        var resolved = await ResolveAsync(collected, step);
        var (_, next) = await NewStepAsync("next");
        await _stores.Get<InputStager>().StageAsync(resolved, next, Told, Cancelled);
        Shell(next.Input, "chmod u+w file; printf changed > file");
        Shell(folders.Output, "chmod u+w file; rm file; printf changed > file");

        using var content = await _stores.Get<IObjectStore>().GetAsync(resolved.Files[0].Key, null, Cancelled);
        Assert.Equal("original", await new StreamReader(content!).ReadToEndAsync(Cancelled));
    }

    [Fact]
    public async Task What_leads_out_of_the_folder_or_is_no_file_is_left_out_with_a_reason()
    {
        var (step, folders) = await NewStepAsync("load");
        Shell(folders.Output, """
            mkdir d; printf x > kept; mkfifo pipe; ln -s /etc/passwd absolute; ln -s ../../../../etc/passwd up; ln -s d/../../../x sly
            ln -s ../kept d/fine; ln -s /odtp/odtp-output/kept container; ln -s nowhere dangling; ln kept hard
            """);
        var collected = await CollectAsync(step, folders);
        Assert.True(collected.Succeeded);
        var entries = await EntriesAsync(collected.Main!);
        Assert.Equal(["absolute", "pipe", "sly", "up"], entries.Where(entry => entry.LeftOut is not null).Select(entry => entry.Path));
        Assert.Equal(4, collected.Warnings.Count);
        Assert.Contains("leads out of the folder, to '/etc/passwd'", string.Concat(collected.Warnings), StringComparison.Ordinal);
        Assert.Equal("kept", entries.Single(entry => entry.Path == "container").Target);
        Assert.Equal(2, collected.Main!.FileCount);

        var (_, next) = await NewStepAsync("next");
        await _stores.Get<InputStager>().StageAsync(await ResolveAsync(collected, step), next, Told, Cancelled);
        Assert.Equal("xxxx", Shell(next.Input, "cat kept hard container d/fine"));
    }

    [Fact]
    public async Task Odtp_archives_are_kept_and_never_given_to_later_steps()
    {
        var (step, folders) = await NewStepAsync("load");
        Shell(folders.Output, "printf z > odtp-output.zip; printf z > odtp-logs.zip; mkdir sub; printf z > sub/odtp-output.zip; printf x > data.csv");
        var collected = await CollectAsync(step, folders);
        Assert.Equal(4, collected.Main!.FileCount);
        Assert.Equal(["data.csv", "sub/odtp-output.zip"], (await ResolveAsync(collected, step)).Files.Select(file => file.Path));
    }

    [Fact]
    public async Task A_file_that_came_in_and_goes_out_unchanged_is_stored_once()
    {
        var (first, folders) = await NewStepAsync("first");
        Shell(folders.Output, "printf content > in.txt");
        var inputs = await ResolveAsync(await CollectAsync(first, folders), first);
        var (second, next) = await NewStepAsync("second");
        Shell(next.Output, "printf content > renamed.txt; printf other > new.txt");
        var collected = await CollectAsync(second, next, inputs);
        var entries = await EntriesAsync(collected.Main!);
        Assert.Equal(inputs.Files[0].Key, entries.Single(entry => entry.Path == "renamed.txt").Key);
        Assert.StartsWith(collected.Main!.KeyPrefix, entries.Single(entry => entry.Path == "new.txt").Key!, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Collecting_again_after_a_crash_gives_the_same_outputs()
    {
        var (step, folders) = await NewStepAsync("load");
        Shell(folders.Output, "printf x > a; printf y > b");
        Shell(folders.Logs, "printf 'ROWS=12\\nNAME=a=b c\\r\\n\\n1BAD=x\\n' > outputs.env; printf log > log.txt");
        var first = await CollectAsync(step, folders);
        var second = await CollectAsync(step, folders);
        Assert.Equal(first.Outputs.Select(output => (output.Id, output.ManifestSha256)), second.Outputs.Select(output => (output.Id, output.ManifestSha256)));
        Assert.Equal(["output", "logs"], first.Outputs.Select(output => output.OutputType));
        Assert.Equal("12", second.Values["ROWS"]);
        Assert.Equal("a=b c", second.Values["NAME"]);
        Assert.Single(second.Warnings);
    }

    [Fact]
    public async Task A_step_that_leaves_nothing_has_an_output_without_entries_and_no_object()
    {
        var (step, folders) = await NewStepAsync("quiet");
        var main = (await CollectAsync(step, folders)).Main!;
        Assert.Empty(await EntriesAsync(main));
        Assert.Empty(await _stores.Get<IObjectStore>().ListAsync("", Cancelled).ToListAsync(Cancelled));
        Assert.NotNull(await _stores.Get<OutputAliases>().AliasAsync((await NewStepAsync("again")).Step, step with { Output = main.Id }, Cancelled));
    }

    [Fact]
    public async Task A_promised_file_that_is_not_there_fails_the_step_and_keeps_the_rest()
    {
        var (step, folders) = await NewStepAsync("load", spec => spec with { RequiredOutputs = ["data/*.csv", "report.html"] });
        Shell(folders.Output, "mkdir data; printf x > data/a.csv");
        var collected = await CollectAsync(step, folders);
        Assert.Equal(FailureReason.OutputMissing, collected.Reason);
        Assert.Contains("'report.html'", collected.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("csv", collected.Message, StringComparison.Ordinal);
        Assert.NotNull(collected.Main);
    }

    [Fact]
    public async Task Inputs_are_chosen_by_globs_and_placed_below_a_folder()
    {
        var (step, folders) = await NewStepAsync("load");
        Shell(folders.Output, "mkdir -p data/old; printf 1 > data/a.csv; printf 2 > data/old/b.csv; printf 3 > data/c.txt; printf 4 > top.csv");
        var collected = await CollectAsync(step, folders);
        Assert.Equal(["in/data/a.csv", "in/data/old/b.csv"], (await ResolveAsync(collected, step, new InputSpec([step.Id], ["data/**/*.csv"], [], "in"))).Files.Select(file => file.Path));
        Assert.Equal(["data/a.csv", "data/c.txt"], (await ResolveAsync(collected, step, new InputSpec([step.Id], ["data"], ["data/old"], ""))).Files.Select(file => file.Path));
        Assert.Contains("'*.parquet'", (await ResolveAsync(collected, step, new InputSpec([step.Id], ["*.parquet"], [], ""))).Missing, StringComparison.Ordinal);
        var inline = await ResolveAsync(collected, step, new InputSpec([], [], [], "conf/settings.json", "{}"));
        var (_, next) = await NewStepAsync("next");
        await _stores.Get<InputStager>().StageAsync(inline, next, Told, Cancelled);
        Assert.Equal("{}", Shell(next.Input, "cat conf/settings.json"));
    }

    [Fact]
    public async Task Two_steps_may_leave_the_same_file_but_not_two_different_ones_in_one_place()
    {
        var (a, aFolders) = await NewStepAsync("a");
        var (b, bFolders) = await NewStepAsync("b");
        Shell(aFolders.Output, "printf same > same; printf 1 > x; printf 1 > p");
        Shell(bFolders.Output, "printf same > same; printf 2 > x; mkdir p; printf 1 > p/q");
        a = a with { Output = (await CollectAsync(a, aFolders)).Main!.Id, Status = StepStatus.Succeeded };
        b = b with { Output = (await CollectAsync(b, bFolders)).Main!.Id, Status = StepStatus.Succeeded };
        var (next, _) = await NewStepAsync("next", spec => spec with { Inputs = [new([a.Id, b.Id], [], [], "")] });
        var missing = (await _stores.Get<InputResolver>().ResolveAsync(next, [a, b], Cancelled)).Missing!;
        Assert.Contains("'x' comes from step 'a' and, with other content, from step 'b'", missing, StringComparison.Ordinal);
        Assert.Contains("'p' comes from step 'a' as a file, but 'p/q' from step 'b' needs a folder there", missing, StringComparison.Ordinal);
        Assert.DoesNotContain("same", missing, StringComparison.Ordinal);
    }

    [Fact]
    public async Task More_than_the_limits_fails_with_a_sentence()
    {
        var (step, folders) = await NewStepAsync("load");
        Shell(folders.Output, "d=.; for i in $(seq 150); do d=$d/d; done; mkdir -p $d; printf x > $d/f");
        var collected = await CollectAsync(step, folders);
        Assert.Equal(FailureReason.OutputUpload, collected.Reason);
        Assert.Contains("more than 100 folders inside each other", collected.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_hostile_tree_is_removed_and_what_its_links_point_to_stays()
    {
        var (step, folders) = await NewStepAsync("load");
        using var outside = new TestFolder();
        File.WriteAllText(outside["kept"], "x");
        // Deeper than any path can be long.
        Shell(folders.Output, $"ln -s '{outside.Path}' link; mkdir locked; printf x > locked/f; ln -s ../link locked/l; chmod 0 locked; mkdir .removing-0; part=$(printf 'deep/%.0s' $(seq 500)); for i in 1 2 3 4; do mkdir -p $part; cd $part; done; printf x > f");
        _stores.Get<WorkFolders>().Delete(new(step.Id, 1));
        Assert.False(Directory.Exists(Path.GetDirectoryName(folders.Output)));
        Assert.True(File.Exists(outside["kept"]));
    }

    [Fact]
    public async Task A_cached_step_refers_to_the_files_of_the_step_before_it()
    {
        var (step, folders) = await NewStepAsync("load");
        Shell(folders.Output, "printf x > a");
        step = step with { Output = (await CollectAsync(step, folders)).Main!.Id };
        var (cached, _) = await NewStepAsync("again");
        var alias = await _stores.Get<OutputAliases>().AliasAsync(cached, step, Cancelled);
        Assert.Equal(cached.Id.ToString(), alias!.StepRef);
        Assert.Equal(["a"], (await EntriesAsync(alias)).Select(entry => entry.Path));
        await _stores.Get<IObjectStore>().DeleteAsync($"{alias.KeyPrefix}/{alias.FileName}", Cancelled);
        Assert.Null(await _stores.Get<OutputAliases>().AliasAsync(cached, step, Cancelled));
    }

    private async Task<(Step Step, StepFolders Folders)> NewStepAsync(string name, Func<StepSpec, StepSpec>? spec = null)
    {
        var step = await _stores.AddStepAsync(step => step with { Name = name, Spec = (spec ?? (s => s))(step.Spec) }, Cancelled);
        _made.Add(new(step.Id, 1));
        return (step, _stores.Get<WorkFolders>().Create(new(step.Id, 1)));
    }

    private static Task Told(string? told) => Task.CompletedTask;

    private async Task<CollectResult> CollectAsync(Step step, StepFolders folders, ResolvedInputs? inputs = null)
    {
        var collector = _stores.Get<OutputCollector>();
        using var patience = collector.Patience(Told, CancellationToken.None);
        return await collector.CollectAsync(step, 1, folders, inputs ?? ResolvedInputs.Of([]), patience, Cancelled);
    }

    private async Task<ResolvedInputs> ResolveAsync(CollectResult collected, Step producer, InputSpec? input = null)
    {
        producer = producer with { Output = collected.Main!.Id, Status = StepStatus.Succeeded };
        var next = producer with { Id = Id<Step>.New(TimeProvider.System), Spec = producer.Spec with { Inputs = [input ?? new InputSpec([producer.Id], [], [], "")] } };
        return await _stores.Get<InputResolver>().ResolveAsync(next, [producer], Cancelled);
    }

    private async Task<List<ManifestEntry>> EntriesAsync(Output output) =>
        await _stores.Get<ManifestReader>().ReadAsync(output, Cancelled).ToListAsync(Cancelled);

    /// <summary>Does to a folder what a component could.</summary>
    private static string Shell(string folder, string script)
    {
        var start = new ProcessStartInfo("bash", ["-euc", script]) { WorkingDirectory = folder, RedirectStandardOutput = true, RedirectStandardError = true, StandardOutputEncoding = Encoding.UTF8 };
        using var process = Process.Start(start)!;
        var errors = process.StandardError.ReadToEndAsync(Cancelled);
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        Assert.True(process.ExitCode == 0, $"{script}: {output}");
        return output;
    }
}
