using System.Globalization;
using System.Xml;

namespace NodeGuard.Core.Updates.Rpm;

/// <summary>Reads the answers of `zypper --xmlout`. An answer that breaks off is no XML (invariant 11).</summary>
public static class ZypperReader
{
    private const int MaxCharacters = 16 * 1024 * 1024;
    private const int MaxDepth = 32;
    private const int MaxRepository = 200;

    // Warnings with which zypper goes on as if a repository were empty.
    private static readonly string[] Missing = ["No repositories defined", "Skipping repository"];

    /// <summary>`list-updates --all`.</summary>
    public static RpmPackages ReadUpdates(string output)
    {
        var packages = new List<RpmPackage>();
        var problems = new ParseProblems();
        var seen = false;
        Walk(output, problems, (element, _) =>
        {
            seen |= element.Name == "update-list";
            if (element.Name == "update" && element.GetAttribute("kind") == "package" && Package(element, problems) is { } package)
                packages.Add(package);
            else if (element.Name == "source" && packages.Count > 0 && Repository(element, "alias", problems) is { } alias)
                packages[^1] = packages[^1] with { Repository = packages[^1].Repository ?? alias };
        });
        if (!seen && !problems.Any)
            problems.Add("zypper's answer has no list of updates");
        return new RpmPackages(packages, problems.ToList());
    }

    /// <summary>`update --dry-run` and `patch --dry-run`.</summary>
    public static RpmTransaction ReadSummary(string output)
    {
        var coming = new List<RpmPackage>();
        var going = new List<string>();
        var problems = new ParseProblems();
        int? counted = null;
        var rows = 0;
        Walk(output, problems, (element, section) =>
        {
            if (element.Name == "install-summary")
                counted = int.TryParse(element.GetAttribute("packages-to-change"), NumberStyles.None, CultureInfo.InvariantCulture, out var count) ? count : -1;
            if (element.Name != "solvable" || section?.StartsWith("to-", StringComparison.Ordinal) != true || element.GetAttribute("type") != "package")
                return;
            rows++;
            if (Package(element, problems) is not { } package)
                return;
            if (section == "to-remove")
                going.Add(package.Name);
            else if (section != "to-reinstall")
                coming.Add(package with { Repository = Repository(element, "repository", problems) });
        });
        if (counted is null)
            problems.Add("zypper's answer has no summary of what it would do");
        else if (counted != rows)
            problems.Add(string.Create(CultureInfo.InvariantCulture, $"zypper counts {counted} packages to change, and {rows} of its lines were understood"));
        return new RpmTransaction { Coming = coming, Going = going, Skipped = [], Problems = problems.ToList() };
    }

    /// <summary>`locks`; null when it is not understood.</summary>
    public static RpmLocks? ReadLocks(string output)
    {
        var names = new List<string>();
        var problems = new ParseProblems();
        var seen = false;
        Walk(output, problems, (element, section) =>
        {
            seen |= element.Name == "locks";
            if (element.Name == "name" && section == "lock" && !element.IsEmptyElement && element.Read() && element.NodeType == XmlNodeType.Text)
                names.Add(element.Value);
        });
        return seen && !problems.Any ? new RpmLocks(names) : null;
    }

    /// <summary>Visits every element with the name of the one around it.</summary>
    private static void Walk(string output, ParseProblems problems, Action<XmlReader, string?> visit)
    {
        var settings = new XmlReaderSettings { DtdProcessing = DtdProcessing.Prohibit, XmlResolver = null, MaxCharactersInDocument = MaxCharacters, IgnoreWhitespace = true, IgnoreComments = true };
        try
        {
            using var text = new StringReader(output);
            using var reader = XmlReader.Create(text, settings);
            var around = new Stack<string>();
            while (reader.Read())
            {
                if (reader.Depth > MaxDepth)
                    throw new XmlException("nested too deeply");
                while (around.Count > reader.Depth)
                    around.Pop();
                if (reader.NodeType != XmlNodeType.Element)
                    continue;
                var (name, empty) = (reader.Name, reader.IsEmptyElement);
                if (name == "message")
                    TakeMessage(reader, problems);
                else
                    visit(reader, around.TryPeek(out var section) ? section : null);
                if (!empty)
                    around.Push(name);
            }
        }
        catch (XmlException e)
        {
            problems.Add($"zypper's answer is not whole, or no XML: {ParseProblems.Shown(e.Message, 200)}");
        }
    }

    private static void TakeMessage(XmlReader reader, ParseProblems problems)
    {
        var type = reader.GetAttribute("type");
        if (type is not ("error" or "warning") || reader.IsEmptyElement || !reader.Read() || reader.NodeType != XmlNodeType.Text)
            return;
        var text = reader.Value;
        if (type == "error" || Array.Exists(Missing, missing => text.StartsWith(missing, StringComparison.Ordinal)))
            problems.Add($"zypper: {ParseProblems.Shown(Line(text), 200)}");
    }

    // Behind the first lines zypper tells how it came to that.
    private static string Line(string text) =>
        UrlPasswords.Masked(string.Join("; ", text.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).TakeWhile(static line => line != "History:")));

    private static RpmPackage? Package(XmlReader element, ParseProblems problems)
    {
        var (name, architecture, version) = (element.GetAttribute("name") ?? "", element.GetAttribute("arch") ?? "", element.GetAttribute("edition") ?? "");
        if (RpmRowReader.Problem(name, architecture, version, default) is { } problem)
        {
            problems.Add(problem);
            return null;
        }

        return new RpmPackage(name, architecture, version);
    }

    // May be anything that a person has typed, with blanks, too.
    private static string? Repository(XmlReader element, string attribute, ParseProblems problems)
    {
        var repository = element.GetAttribute(attribute);
        if (repository is null || (repository.Length <= MaxRepository && !repository.Any(char.IsControl)))
            return repository;
        problems.Add($"\"{ParseProblems.Shown(repository)}\" is no name of a repository");
        return null;
    }
}
