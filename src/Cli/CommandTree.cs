using System.CommandLine;
using System.CommandLine.Help;
using Twinrunner.Cli.Admin;
using Twinrunner.Cli.Attempts;
using Twinrunner.Cli.Completion;
using Twinrunner.Cli.Components;
using Twinrunner.Cli.Credentials;
using Twinrunner.Cli.Doctor;
using Twinrunner.Cli.Events;
using Twinrunner.Cli.Executions;
using Twinrunner.Cli.Help;
using Twinrunner.Cli.Images;
using Twinrunner.Cli.Import;
using Twinrunner.Cli.Linting;
using Twinrunner.Cli.Logs;
using Twinrunner.Cli.Nodes;
using Twinrunner.Cli.Options;
using Twinrunner.Cli.Outputs;
using Twinrunner.Cli.Running;
using Twinrunner.Cli.Secrets;
using Twinrunner.Cli.Serving;
using Twinrunner.Cli.Twins;
using Twinrunner.Cli.Users;
using Twinrunner.Cli.Verbs;
using Twinrunner.Cli.Versions;
using Twinrunner.Cli.Workflows;
using Twinrunner.Cli.Zoos;

namespace Twinrunner.Cli;

/// <summary>Every command of <c>twin</c>. A new verb gets its line here.</summary>
internal static class CommandTree
{
    public static TwinRoot Build(CliContext context)
    {
        var root = new TwinRoot();
        root.Add(
            "Run workflows",
            new RunVerb(context), new LintVerb(context), new RerunVerb(context), new ResumeVerb(context), new CancelVerb(context), new PauseVerb(context), new WaitVerb(context),
            new Noun("step", "Act on one step.", "", new StopStepVerb(context), new ForwardVerb(context), StepHelperVerb.Inputs(context), StepHelperVerb.Outputs(context)),
            new Noun("workflow", "Keep workflow files at the server.", "A saved workflow runs by its name.",
                new SaveWorkflowVerb(context), new ListWorkflowsVerb(context), new ShowWorkflowVerb(context), new RunWorkflowVerb(context)));
        root.Add(
            "Look",
            WithAlias(new ListVerb(context, "ls"), "ps"), new ShowVerb(context, "show"), new LogsVerb(context), new OutputsVerb(context), new CopyVerb(context),
            new EventsVerb(context),
            new Noun("execution", "All that can be done with executions; the short forms do the same.", "",
                new ListVerb(context, "list"), new ShowVerb(context, "show"), new CancelVerb(context), new PauseVerb(context), new ResumeVerb(context),
                new RerunVerb(context), new WaitVerb(context), new EventsVerb(context)));
        root.Add(
            "Keep order",
            new Noun("component", "Components that workflows are made of.", "",
                new AddComponentVerb(context), new ListComponentsVerb(context), new ShowComponentVerb(context), new SyncComponentVerb(context),
                new BuildImageVerb(context), new LinkImageVerb(context), new DeprecateComponentVerb(context), new YankComponentVerb(context), new RemoveComponentVerb(context)),
            new Noun("zoo", "Lists of repositories whose components are registered.", "",
                new AddZooVerb(context), new ListZoosVerb(context), new ShowZooVerb(context), new RemoveZooVerb(context)),
            WithAlias(
                new Noun("digital-twin", "Projects that executions belong to.", "", new ListTwinsVerb(context), new CreateTwinVerb(context), new ShowTwinVerb(context)),
                "dt"),
            new Noun("secret", "Values that steps take by name.", "", new SetSecretVerb(context), new ListSecretsVerb(context), new RemoveSecretVerb(context)),
            new Noun("image", "Look into image registries.", "", new ShowImageVerb(context), new ListImageTagsVerb(context), new ListImageRegistriesVerb(context)),
            new Noun("credential", "Logins of git hosts and image registries.", "",
                new SetCredentialVerb(context), new ListCredentialsVerb(context), new DeleteCredentialVerb(context)),
            new Noun("import", "Take over what another system has.", "", new ImportOdtpVerb(context)),
            new Noun("user", "People who own digital twins.", "", new ListUsersVerb(context), new CreateUserVerb(context)),
            new Noun("node", "Processes that run steps.", "", new ListNodesVerb(context), new ShowNodeVerb(context)));
        root.Add(
            "This machine",
            new ServeVerb(context), new DoctorVerb(context),
            new Noun("admin", "Keep and move what a server has stored.", "", new BackupVerb(context), new RestoreVerb(context), new MigrateVerb(context)),
            new CompletionVerb(context), new VersionVerb(context));
        foreach (var option in ServerOptions.All)
            root.Add(option);
        foreach (var option in root.Options)
        {
            if (option is HelpOption help)
            {
                help.Action = new TeachingHelp(context);
                help.Description = "Show what a command does, with examples.";
            }
            else if (option is VersionOption version)
            {
                version.Action = new VersionAction(context);
                version.Description = "Print the version of this command.";
            }
        }
        root.SetAction(_ => new TeachingHelp(context).Invoke(root.Parse([])));
        return root;
    }

    private static T WithAlias<T>(T command, string alias) where T : Command
    {
        command.Aliases.Add(alias);
        return command;
    }
}
