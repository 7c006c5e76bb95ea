using System.CommandLine;
using Twinrunner.Cli.Verbs;

namespace Twinrunner.Cli.Completion;

/// <summary><c>twin completion</c></summary>
internal sealed class CompletionVerb : Verb
{
    private readonly Argument<string> _shell = new("SHELL") { Description = "bash or zsh." };

    public CompletionVerb(CliContext context) : base(context, "completion", "Print the script that makes a shell complete twin's commands.")
    {
        _shell.AcceptOnlyFromAmong("bash", "zsh");
        Add(_shell);
    }

    public override string Details => """
        The script asks twin itself, so that it never grows old: commands, options and their values are completed, and
        executions of the running server by their ids. Files are completed where a file is wanted.
        """;

    public override IReadOnlyList<Example> Examples =>
    [
        new("source <(twin completion bash)", "now; put the line into ~/.bashrc for always"),
        new("twin completion bash > /etc/bash_completion.d/twin", "for everybody on this machine"),
        new("source <(twin completion zsh)", "in zsh, after compinit"),
    ];

    protected override Task<int> RunAsync(ParseResult arguments, CancellationToken cancellationToken)
    {
        Terminal.Print(arguments.GetValue(_shell) is "zsh" ? Zsh : Bash);
        return Task.FromResult(ExitCode.Success);
    }

    // Options are offered only once a dash is typed: before that, files and ids are more likely meant.
    private const string Bash = """
        # Completion of twin for bash: source <(twin completion bash)
        _twin() {
            local word="${COMP_WORDS[COMP_CWORD]}" candidates candidate
            candidates="$("${COMP_WORDS[0]}" "[suggest:${COMP_POINT}]" "${COMP_LINE}" 2>/dev/null)" || return 0
            COMPREPLY=()
            while IFS= read -r candidate; do
                [[ "${candidate}" == -* && "${word}" != -* ]] && continue
                [[ -n "${candidate}" && "${candidate}" == "${word}"* ]] && COMPREPLY+=("${candidate}")
            done <<< "${candidates}"
        }
        complete -o default -o bashdefault -F _twin twin
        """;

    private const string Zsh = """
        #compdef twin
        # Completion of twin for zsh: source <(twin completion zsh)
        _twin() {
            local -a candidates
            candidates=("${(@f)$("${words[1]}" "[suggest:${CURSOR}]" "${BUFFER}" 2>/dev/null)}")
            candidates=("${(@)candidates:#}")
            [[ "${PREFIX}" == -* ]] || candidates=("${(@)candidates:#-*}")
            if (( ${#candidates} )); then
                compadd -- "${candidates[@]}"
            else
                _files
            fi
        }
        if [[ "${funcstack[1]}" == _twin ]]; then
            _twin "$@"
        else
            compdef _twin twin
        fi
        """;
}
