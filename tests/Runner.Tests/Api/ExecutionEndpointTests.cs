using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using Twinrunner.Client;
using Twinrunner.TestKit;

namespace Twinrunner.Runner.Tests.Api;

/// <summary>Executions over HTTP on a server that runs no steps, so that they stay as they were submitted.</summary>
public sealed class ExecutionEndpointTests : IAsyncLifetime
{
    private const string Chain = """
        twin: Commuters
        title: Two steps
        parameters:
          seed: { type: integer, default: 1 }
        steps:
          - name: load
            image: busybox:1
            command: [echo, "${{ parameters.seed }}"]
          - name: count
            image: busybox:1
            command: [ls]
            needs: [load]
        """;

    private TestHost _host = null!;

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;
    private RunnerClient Client => _host.Client;

    public async ValueTask InitializeAsync() => _host = await TestHost.StartAsync(Cancelled);
    public ValueTask DisposeAsync() => _host.DisposeAsync();

    [Fact]
    public async Task A_submitted_workflow_is_there_with_its_steps_and_its_twin()
    {
        var execution = await Client.SubmitAsync(new() { Spec = Chain, Labels = new Dictionary<string, string> { ["site"] = "lab" } }, Cancelled);

        Assert.Equal("Two steps", execution.Title);
        Assert.Equal(2, execution.StepCount);
        Assert.Equal(2, execution.StepCounts.Values.Sum());
        Assert.Equal("lab", execution.Labels["site"]);
        Assert.Equal(Chain, execution.Spec);
        Assert.Equal($"/api/v1/executions/{execution.Id}", execution.Href);
        var steps = await Client.ListStepsAsync(execution.Id, null, null, Cancelled);
        Assert.Equal(["load", "count"], steps.Items.Select(step => step.Name));
        Assert.Equal([steps.Items[0].Id], steps.Items[1].DependsOn);
        Assert.Equal(steps.Items[1].Id, (await Client.GetStepAsync(steps.Items[1].Id, Cancelled)).Id);
        var twin = await Client.FindDigitalTwinAsync(execution.DigitalTwinId!, Cancelled);
        Assert.Equal("Commuters", twin!.Name);
        Assert.Equal([execution.Id], (await Client.ListExecutionsAsync(new() { DigitalTwin = twin.Id }, Cancelled)).Items.Select(one => one.Id));
    }

    [Fact]
    public async Task All_faults_of_a_workflow_come_at_once_with_line_and_column_and_nothing_is_stored()
    {
        const string faulty = """
            steps:
              - name: a
                image: busybox:1
                needs: [b]
                colour: red
              - name: a
                image: busybox:1
            """;

        var refusal = await Assert.ThrowsAsync<ApiException>(() => Client.SubmitAsync(new() { Spec = faulty, DigitalTwin = null }, Cancelled));

        Assert.Equal(HttpStatusCode.UnprocessableEntity, refusal.Status);
        Assert.Equal(ProblemTypes.InvalidWorkflow, refusal.Problem.Type);
        Assert.Contains(refusal.Faults, fault => fault is { Line: 4, Message: var message } && message.Contains("'b'", StringComparison.Ordinal));
        Assert.Contains(refusal.Faults, fault => fault is { Line: 5 });
        Assert.Contains(refusal.Faults, fault => fault is { Line: 6 });
        Assert.All(refusal.Faults, fault => Assert.True(fault.Column > 0, fault.ToString()));
        Assert.Empty((await Client.ListExecutionsAsync(new(), Cancelled)).Items);
    }

    [Fact]
    public async Task The_file_itself_may_be_sent_with_the_rest_in_the_query()
    {
        using var content = new StringContent(Chain, new MediaTypeHeaderValue("application/yaml", "utf-8"));

        using var response = await _host.Http.PostAsync("/api/v1/executions?parameter=seed=7&label=a=b=c&title=Mine&digitalTwin=Other", content, Cancelled);

        Assert.Equal(HttpStatusCode.Created, response.StatusCode);
        var execution = await response.Content.ReadFromJsonAsync(WireJson.Default.ExecutionView, Cancelled);
        Assert.Equal(response.Headers.Location!.ToString(), execution!.Href);
        Assert.Equal("Mine", execution.Title);
        Assert.Equal("b=c", execution.Labels["a"]);
        Assert.Equal("Other", (await Client.FindDigitalTwinAsync(execution.DigitalTwinId!, Cancelled))!.Name);
        var load = (await Client.ListStepsAsync(execution.Id, null, null, Cancelled)).Items[0];
        Assert.Equal(["echo", "7"], load.Spec.Command!);
    }

    [Fact]
    public async Task All_faults_of_a_query_come_at_once()
    {
        using var content = new StringContent(Chain, new MediaTypeHeaderValue("application/yaml"));

        using var response = await _host.Http.PostAsync("/api/v1/executions?parameter=seed&noCache=perhaps&priority=high&colour=red", content, Cancelled);

        var problem = await response.Content.ReadFromJsonAsync(WireJson.Default.ProblemView, Cancelled);
        Assert.Equal(["colour", "noCache", "priority", "parameter"], problem!.Faults!.Select(fault => fault.Where));
    }

    [Fact]
    public async Task A_plan_shows_what_would_run_and_stores_nothing()
    {
        var plan = await Client.PlanAsync(new() { Spec = Chain, Parameters = new Dictionary<string, JsonElement> { ["seed"] = JsonSerializer.SerializeToElement(5) } }, Cancelled);

        Assert.Equal(["load", "count"], plan.Steps.Select(step => step.Name));
        Assert.Equal(["load"], plan.Steps[1].DependsOn);
        Assert.Equal(["echo", "5"], plan.Steps[0].Spec.Command!);
        Assert.Equal(["load"], Assert.Single(plan.Steps[1].Spec.Inputs).From);
        Assert.Empty((await Client.ListExecutionsAsync(new(), Cancelled)).Items);
        Assert.Empty((await Client.ListDigitalTwinsAsync(null, null, null, null, Cancelled)).Items);
    }

    [Fact]
    public async Task A_list_is_paged_newest_first_without_gap_or_repetition()
    {
        var ids = new List<string>();
        for (var i = 0; i < 5; i++)
            ids.Insert(0, (await Client.SubmitAsync(new() { Spec = Chain, Title = $"Run {i}" }, Cancelled)).Id);

        var first = await Client.ListExecutionsAsync(new() { Limit = 2 }, Cancelled);
        var second = await Client.ListExecutionsAsync(new() { Limit = 2, After = first.Next }, Cancelled);
        var third = await _host.Http.GetFromJsonAsync(second.Href, WireJson.Default.PageExecutionSummary, Cancelled);

        Assert.Equal(ids, first.Items.Concat(second.Items).Concat(third!.Items).Select(execution => execution.Id));
        Assert.Null(third.Next);
        Assert.Null(third.Href);
    }

    [Fact]
    public async Task A_list_can_be_searched_by_text_label_and_status()
    {
        var one = await Client.SubmitAsync(new() { Spec = Chain, Title = "Zürich morning", Labels = new Dictionary<string, string> { ["app.kubernetes.io/name"] = "x" } }, Cancelled);
        var two = await Client.SubmitAsync(new() { Spec = Chain, Title = "Basel" }, Cancelled);
        await Client.CancelExecutionAsync(two.Id, "not now", Cancelled);

        Assert.Equal([one.Id], await IdsAsync(new() { Text = "MORNING" }));
        Assert.Equal([one.Id], await IdsAsync(new() { Label = "app.kubernetes.io/name=x" }));
        Assert.Equal([two.Id], await IdsAsync(new() { Status = ExecutionStatus.Cancelled }));
        Assert.Empty(await IdsAsync(new() { Status = ExecutionStatus.Cancelled, Text = "morning" }));
    }

    [Fact]
    public async Task An_execution_is_paused_resumed_cancelled_and_rerun()
    {
        var execution = await Client.SubmitAsync(new() { Spec = Chain }, Cancelled);

        Assert.Equal(ExecutionStatus.Paused, (await Client.PauseExecutionAsync(execution.Id, Cancelled)).Status);
        Assert.Equal(ExecutionStatus.Queued, (await Client.ResumeExecutionAsync(execution.Id, Cancelled)).Status);
        var cancelled = await Client.CancelExecutionAsync(execution.Id, "wrong seed", Cancelled);
        Assert.Equal(ExecutionStatus.Cancelled, cancelled.Status);
        Assert.Contains("wrong seed", cancelled.Message, StringComparison.Ordinal);
        var conflict = await Assert.ThrowsAsync<ApiException>(() => Client.PauseExecutionAsync(execution.Id, Cancelled));
        Assert.Equal(ProblemTypes.Conflict, conflict.Problem.Type);
        var again = await Client.RerunExecutionAsync(execution.Id, new(), Cancelled);
        Assert.Equal(execution.Id, again.RerunOf);
        Assert.NotEqual(execution.Id, again.Id);
    }

    [Fact]
    public async Task A_rerun_from_a_step_that_is_not_there_is_refused()
    {
        var execution = await Client.SubmitAsync(new() { Spec = Chain }, Cancelled);

        var refusal = await Assert.ThrowsAsync<ApiException>(() => Client.RerunExecutionAsync(execution.Id, new() { FromStep = "lode" }, Cancelled));

        Assert.Equal(ProblemTypes.InvalidWorkflow, refusal.Problem.Type);
        Assert.Contains("lode", Assert.Single(refusal.Faults).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_submission_sent_twice_with_one_key_is_one_execution()
    {
        var first = await Client.SubmitAsync(new() { Spec = Chain }, Cancelled, idempotencyKey: "once");
        var second = await Client.SubmitAsync(new() { Spec = Chain }, Cancelled, idempotencyKey: "once");

        Assert.Equal(first.Id, second.Id);
        Assert.Single((await Client.ListExecutionsAsync(new(), Cancelled)).Items);
    }

    [Fact]
    public async Task A_saved_workflow_is_run_by_its_name()
    {
        var saved = await Client.SaveWorkflowAsync("my chain", new() { Spec = Chain }, Cancelled);
        var execution = await Client.RunWorkflowAsync("my chain", new() { Title = "Saved" }, Cancelled);

        Assert.Equal("/api/v1/workflows/my%20chain", saved.Href);
        Assert.Equal(saved.Id, execution.WorkflowId);
        Assert.Equal("Saved", execution.Title);
        Assert.Equal(Chain, (await Client.FindWorkflowAsync("my chain", Cancelled))!.Spec);
        Assert.Null(Assert.Single((await Client.ListWorkflowsAsync(null, null, Cancelled)).Items).Spec);
        await Client.DeleteWorkflowAsync("my chain", Cancelled);
        Assert.Null(await Client.FindWorkflowAsync("my chain", Cancelled));
    }

    [Fact]
    public async Task A_faulty_workflow_is_not_saved_over_a_good_one()
    {
        await Client.SaveWorkflowAsync("chain", new() { Spec = Chain }, Cancelled);

        var refusal = await Assert.ThrowsAsync<ApiException>(() => Client.SaveWorkflowAsync("chain", new() { Spec = "steps: 7" }, Cancelled));

        Assert.Equal(ProblemTypes.InvalidWorkflow, refusal.Problem.Type);
        Assert.Equal(Chain, (await Client.FindWorkflowAsync("chain", Cancelled))!.Spec);
    }

    [Fact]
    public async Task Events_are_followed_to_the_end_of_the_execution_across_a_restart()
    {
        var execution = await Client.SubmitAsync(new() { Spec = Chain }, Cancelled);
        await Client.PauseExecutionAsync(execution.Id, Cancelled);
        var seen = new List<EventView>();
        await foreach (var (id, happened) in Client.FollowEventsAsync(execution.Id, null, Cancelled))
        {
            Assert.Equal(id, happened.Id);
            seen.Add(happened);
            if (happened.Type == "execution.paused")
                await Client.CancelExecutionAsync(execution.Id, null, Cancelled);
        }

        Assert.Equal("Cancelled", seen[^1].Status);
        Assert.Equal(seen.Select(one => one.Id).Distinct().Order(), seen.Select(one => one.Id));
        var stored = await Client.ListEventsAsync(execution.Id, null, null, Cancelled);
        Assert.Equal(stored.Items.Select(one => one.Id), seen.Select(one => one.Id));
        await _host.RestartAsync(Cancelled);
        var rest = new List<string>();
        await foreach (var (_, happened) in Client.FollowEventsAsync(execution.Id, seen[1].Id, Cancelled))
            rest.Add(happened.Id);
        Assert.Equal(seen.Skip(2).Select(one => one.Id), rest);
    }

    private async Task<IEnumerable<string>> IdsAsync(ExecutionQuery query) =>
        (await Client.ListExecutionsAsync(query, Cancelled)).Items.Select(execution => execution.Id);
}
