using System.Diagnostics;
using System.Globalization;
using System.Text;
using NodeGuard.Core.Updates;

namespace NodeGuard.Linux.Packages;

/// <summary>The questions of one look at the host, and what became of those that got no answer.</summary>
/// <param name="commands">Runs the host's tools.</param>
/// <param name="reason">What of a complaint tells the reason.</param>
internal sealed class HostQuestions(IHostCommands commands, Func<string, string> reason)
{
    private const int MaxComplaint = 400;

    private readonly List<string> _problems = [];

    /// <summary>One sentence for each question without an answer.</summary>
    public IReadOnlyList<string> Problems => _problems;

    public void Add(string problem) => _problems.Add(problem);

    /// <returns>Null, and a problem more, unless the program ended by itself with success.</returns>
    public async Task<byte[]?> AskAsync(string name, string program, IReadOnlyList<string> arguments, CancellationToken cancellation) =>
        (await AskAsync(new HostCommand(name, program, arguments), static status => status == 0, cancellation))?.Output;

    /// <inheritdoc cref="AskAsync(string, string, IReadOnlyList{string}, CancellationToken)"/>
    public async Task<string?> AskTextAsync(string name, string program, IReadOnlyList<string> arguments, CancellationToken cancellation) =>
        await AskAsync(name, program, arguments, cancellation) is { } bytes ? Encoding.UTF8.GetString(bytes) : null;

    /// <param name="isAnswer">Whether the program answers with this exit status.</param>
    /// <returns>Null, and a problem more, unless it did.</returns>
    public async Task<HostCommandAnswer.Ended?> AskAsync(HostCommand command, Func<int, bool> isAnswer, CancellationToken cancellation)
    {
        switch (await commands.RunAsync(command, cancellation))
        {
            case HostCommandAnswer.Ended ended when isAnswer(ended.ExitStatus):
                return ended;
            case HostCommandAnswer.Ended failed:
                Add(Failed(command, failed));
                return null;
            case HostCommandAnswer.NoAnswer none:
                Add(none.Problem);
                return null;
            default:
                throw new UnreachableException();
        }
    }

    public string Failed(HostCommand command, HostCommandAnswer.Ended failed) => string.Create(
        CultureInfo.InvariantCulture,
        $"{command.Program} ({command.Name}) failed with {failed.ExitStatus}: {(failed.Complaint.Length == 0 ? "it did not say why" : ParseProblems.Shown(UrlPasswords.Masked(reason(failed.Complaint)), MaxComplaint))}");
}
