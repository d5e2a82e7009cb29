using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text;
using NodeGuard.Linux.Packages;
using Shouldly;

namespace NodeGuard.Linux.Tests.Packages.Rpm;

/// <summary>
/// What real tools answered in one state of a host (Captured/README.md): "=== name status arguments", the answer, and where
/// there was one "=== name complaint". A question that was not captured in these very words has no answer.
/// </summary>
internal sealed class Capture : IHostCommands
{
    // As much as a transient unit keeps of it.
    private const int ComplaintBytes = 4096;

    private readonly Dictionary<string, (int Status, string Arguments, StringBuilder Output, StringBuilder Complaint)> _answers = new(StringComparer.Ordinal);

    private Capture(IEnumerable<string> lines)
    {
        StringBuilder? text = null;
        foreach (string line in lines)
        {
            if (!line.StartsWith("=== ", StringComparison.Ordinal))
            {
                text!.Append(line).Append('\n');
                continue;
            }

            string[] words = line.Split(' ', 4);
            if (words[2] == "complaint")
            {
                text = _answers[words[1]].Complaint;
            }
            else
            {
                _answers[words[1]] = (int.Parse(words[2], CultureInfo.InvariantCulture), words[3], new StringBuilder(), new StringBuilder());
                text = _answers[words[1]].Output;
            }
        }
    }

    public Dictionary<string, HostCommandAnswer> Instead { get; } = new(StringComparer.Ordinal);

    public List<HostCommand> Asked { get; } = [];

    public IEnumerable<string> Names => _answers.Keys;

    public static IEnumerable<(string Tool, string State)> All =>
        Directory.EnumerateFiles(Here(), "*.golden.txt", SearchOption.AllDirectories).Order(StringComparer.Ordinal)
            .Select(path => (Path.GetFileName(Path.GetDirectoryName(path)!), Path.GetFileName(path)[..^".golden.txt".Length]));

    public static Capture Of(string tool, string state) => new(File.ReadLines(Path.Combine(Here(), tool, $"{state}.txt")));

    /// <summary>A file of the host's /etc that was captured with the state "held"; null where the tool has none.</summary>
    public static string? HeldBy(string tool, string name) =>
        Path.Combine(Here(), tool, name) is var path && File.Exists(path) ? File.ReadAllText(path) : null;

    /// <summary>With NODEGUARD_UPDATE_GOLDEN=1 it is written instead of compared, for a person to review.</summary>
    public static void ShouldBeGolden(string tool, string state, string actual)
    {
        string path = Path.Combine(Here(), tool, $"{state}.golden.txt");
        if (Environment.GetEnvironmentVariable("NODEGUARD_UPDATE_GOLDEN") == "1")
            File.WriteAllText(path, actual);
        else
            actual.ShouldBe(File.ReadAllText(path), $"differs from {tool}/{state}.golden.txt");
    }

    public string OutputOf(string name) => _answers[name].Output.ToString();

    public Task<HostCommandAnswer> RunAsync(HostCommand command, CancellationToken cancellation)
    {
        Asked.Add(command);
        if (Instead.TryGetValue(command.Name, out HostCommandAnswer? instead))
            return Task.FromResult(instead);
        var (status, arguments, output, complaint) = _answers[command.Name];
        string.Join(' ', command.Arguments).ShouldBe(arguments, $"{command.Name} was captured with other arguments");
        return Task.FromResult<HostCommandAnswer>(new HostCommandAnswer.Ended(status, Encoding.UTF8.GetBytes(output.ToString()), OneLine(complaint.ToString())));
    }

    private static string OneLine(string complaint) => string.Join(
        "; ", complaint[Math.Max(0, complaint.Length - ComplaintBytes)..].Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries));

    private static string Here([CallerFilePath] string file = "") => Path.Combine(Path.GetDirectoryName(file)!, "Captured");
}
