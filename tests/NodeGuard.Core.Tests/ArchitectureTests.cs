using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using Shouldly;
using Xunit;

namespace NodeGuard.Core.Tests;

/// <summary>The arrows of design section 4: which project may reference which.</summary>
public sealed class ArchitectureTests
{
    // An allowed arrow need not exist; an arrow that is not listed fails.
    private static readonly Dictionary<string, string[]> Allowed = new()
    {
        ["Core"] = [],
        ["Linux"] = ["Core"],
        ["Kubernetes"] = ["Core"],
        ["Hosting"] = ["Core"],
        ["Agent"] = ["Core", "Hosting", "Linux", "Kubernetes"],
        ["Controller"] = ["Core", "Hosting", "Kubernetes"],
        ["Sandbox"] = ["Core", "Kubernetes"],
        ["Cli"] = ["Core", "Hosting", "Linux", "Kubernetes", "Agent", "Controller"],
    };

    [Fact]
    public void EveryProjectReferencesOnlyWhatItsArrowsAllow()
    {
        var projects = SourceProjects();
        projects.ShouldContainKey("Core");
        projects.ShouldContainKey("Linux");
        projects.ShouldContainKey("Agent");
        projects.ShouldContainKey("Cli");

        var wrong = new List<string>();
        foreach (var (name, project) in projects)
        {
            if (!Allowed.TryGetValue(name, out var allowed))
            {
                wrong.Add($"NodeGuard.{name} is not in the table of this test");
                continue;
            }

            wrong.AddRange(References(project).Except(allowed).Select(to => $"NodeGuard.{name} -> NodeGuard.{to}"));
        }

        wrong.ShouldBeEmpty("arrows that design section 4 does not allow");
    }

    [Fact]
    public void CoreHasNoPackagesAndNoFrameworkBeyondTheRuntime()
    {
        var core = SourceProjects()["Core"];

        core.Descendants("PackageReference").ShouldBeEmpty();
        core.Descendants("FrameworkReference").ShouldBeEmpty();
        core.Root!.Attribute("Sdk")!.Value.ShouldBe("Microsoft.NET.Sdk");
    }

    [Fact]
    public void CoreTouchesNeitherFilesNorProcessesNorSocketsNorTheWallClock()
    {
        string[] forbidden =
        [
            "System.IO.File.", "File.Open(", "File.Read", "File.Write", "Directory.Enumerate", "Process.Start(",
            "new Socket(", "DateTime.Now", "DateTime.UtcNow", "DateTimeOffset.Now", "DateTimeOffset.UtcNow",
            "Stopwatch.GetTimestamp", "Environment.TickCount", "Thread.Sleep(", "DllImport", "LibraryImport",
        ];
        var found = Directory.EnumerateFiles(Path.Combine(Root(), "src", "NodeGuard.Core"), "*.cs", SearchOption.AllDirectories)
            .Where(file => !file.Contains($"{Path.DirectorySeparatorChar}obj{Path.DirectorySeparatorChar}", StringComparison.Ordinal))
            .SelectMany(file => forbidden
                .Where(File.ReadAllText(file).Contains)
                .Select(word => $"{Path.GetFileName(file)}: {word}"));

        found.ShouldBeEmpty("Core is pure: observations and a time in, decisions out");
    }

    [Fact]
    public void NoSourceFileNamesAPathOfTheMachineItWasWrittenOn()
    {
        string[] folders = ["src", "tests", "scripts", "deploy", "docs"];
        // Not behind a variable or a relative folder, where the same words are somebody's own directory.
        var path = new Regex("""(?<![\w.})])/(work|root)/""");
        var found = folders.Select(folder => Path.Combine(Root(), folder)).Where(Directory.Exists)
            .SelectMany(folder => Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories))
            .Where(file => !file.Contains("/bin/", StringComparison.Ordinal) && !file.Contains("/obj/", StringComparison.Ordinal))
            .Where(file => path.IsMatch(File.ReadAllText(file)));

        found.ShouldBeEmpty();
    }

    private static Dictionary<string, XDocument> SourceProjects() =>
        Directory.EnumerateFiles(Path.Combine(Root(), "src"), "*.csproj", SearchOption.AllDirectories)
            .ToDictionary(ShortName, file => XDocument.Load(file));

    private static IEnumerable<string> References(XDocument project) =>
        project.Descendants("ProjectReference").Select(reference => ShortName(reference.Attribute("Include")!.Value));

    private static string ShortName(string path) =>
        Path.GetFileNameWithoutExtension(path).Replace("NodeGuard.", string.Empty, StringComparison.Ordinal);

    private static string Root([CallerFilePath] string thisFile = "") =>
        Path.GetFullPath(Path.Combine(Path.GetDirectoryName(thisFile)!, "..", ".."));
}
